"""How right the estimates of unseen angles are, on populations whose number of angles is known.

    python benchmarks/richness.py [--draws 2000] [--random-seed 1]

From each population ``draws`` samples are taken. Printed are the mean of Chao1 and how often its
95 % interval holds the true number, and the mean error of Good-Turing coverage.
"""

import argparse

import numpy as np

from distillnet.tools.richness import chao1, chao1_interval, good_turing

_ANGLES = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--random-seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.random_seed)
    rank = np.arange(1, _ANGLES + 1)
    populations = {
        "all alike": np.ones(_ANGLES),
        "broken stick": rng.exponential(size=_ANGLES),
        "Zipf": 1 / rank,
        "a few rule": 0.9**rank,
    }
    print(f"{_ANGLES} angles, {arguments.draws} samples each")
    print(
        f"{'population':<14}{'scenes':>7}{'seen':>7}{'Chao1':>7}{'in 95 %':>9}{'Good-Turing':>13}"
    )
    for name, weights in populations.items():
        shares = weights / weights.sum()
        for scenes in (30, 100, 300):
            samples = rng.choice(_ANGLES, size=(arguments.draws, scenes), p=shares)
            seen, estimate, inside, error = [], [], [], []
            for sample in samples.tolist():
                low, high = chao1_interval(sample)
                seen.append(len(set(sample)))
                estimate.append(chao1(sample))
                inside.append(low <= _ANGLES <= high)
                error.append(good_turing(sample) - shares[sorted(set(sample))].sum())
            print(
                f"{name:<14}{scenes:>7}{np.mean(seen):>7.1f}{np.mean(estimate):>7.1f}"
                f"{np.mean(inside):>9.0%}{np.mean(error):>+9.3f} ±{np.std(error):.2f}"
            )


if __name__ == "__main__":
    main()
