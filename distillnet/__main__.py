"""``python -m distillnet``, and so ``accelerate launch -m distillnet train DIRECTORY``."""

from distillnet.cli import main

main()
