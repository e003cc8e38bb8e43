"""The library in one screen: what the command line does, for programs.

What runs is imported by the functions that run it, so that a plan is there at once.
"""

from typing import TYPE_CHECKING

from distillnet.api.judging import judge as judge
from distillnet.api.judging import prepare_judging as prepare_judging
from distillnet.api.making import adistill as adistill
from distillnet.api.making import check_model as check_model
from distillnet.api.making import distill as distill
from distillnet.api.making import plan as plan
from distillnet.api.making import preview as preview
from distillnet.api.making import probe as probe
from distillnet.api.making import read_plan as read_plan
from distillnet.api.making import require_ready as require_ready
from distillnet.api.making import resume as resume
from distillnet.api.reading import adopt_lens as adopt_lens
from distillnet.api.reading import as_retriever as as_retriever
from distillnet.api.reading import catalogue as catalogue
from distillnet.api.reading import coverage as coverage
from distillnet.api.reading import diff as diff
from distillnet.api.reading import explain as explain
from distillnet.api.reading import export_dataset as export_dataset
from distillnet.api.reading import export_exam as export_exam
from distillnet.api.reading import report as report
from distillnet.api.reading import search as search
from distillnet.api.teaching import estimate as estimate
from distillnet.api.teaching import evaluate as evaluate
from distillnet.api.teaching import merge as merge
from distillnet.api.teaching import prepare_race as prepare_race
from distillnet.api.teaching import race as race
from distillnet.api.teaching import require_whole_race as require_whole_race
from distillnet.api.teaching import tournament as tournament
from distillnet.api.teaching import train as train
from distillnet.graphs.drawing import draw_graph as draw_graph
from distillnet.graphs.estimates import Range as Range
from distillnet.graphs.explanation import Explanation as Explanation
from distillnet.graphs.explanation import Judgement as Judgement
from distillnet.graphs.explanation import Relative as Relative
from distillnet.graphs.explanation import Telling as Telling
from distillnet.graphs.forecast import Plan as Plan
from distillnet.graphs.forecast import PlannedCell as PlannedCell
from distillnet.graphs.plan_file import planned_settings as planned_settings
from distillnet.graphs.plan_file import write_plan as write_plan
from distillnet.records import OnEvent as OnEvent

if TYPE_CHECKING:
    from distillnet.graphs.comparison import Comparison as Comparison
    from distillnet.graphs.comparison import Numbers as Numbers
    from distillnet.graphs.coverage_map import CoverageMap as CoverageMap
    from distillnet.graphs.coverage_map import Teller as Teller
    from distillnet.graphs.coverage_map import ToldFact as ToldFact
    from distillnet.graphs.export_card import Export as Export
    from distillnet.graphs.export_card import Order as Order
    from distillnet.graphs.export_exam import ExamExport as ExamExport
    from distillnet.graphs.judged.plan import JudgePlan as JudgePlan
    from distillnet.graphs.judged.result import JudgedResult as JudgedResult
    from distillnet.graphs.judged.result import Preference as Preference
    from distillnet.graphs.judged.students import Judging as Judging
    from distillnet.graphs.previewing import Preview as Preview
    from distillnet.graphs.previewing import Sample as Sample
    from distillnet.graphs.race_seed import SeedRace as SeedRace
    from distillnet.graphs.racing import Race as Race
    from distillnet.graphs.racing import RacePlan as RacePlan
    from distillnet.graphs.running import Run as Run
    from distillnet.graphs.searching import Match as Match
    from distillnet.models.checking import Check as Check
    from distillnet.records import Gap as Gap
    from distillnet.tools.export import Fiction as Fiction
    from distillnet.tools.formats import Format as Format
    from distillnet.training.race_result import ArmComparison as ArmComparison
    from distillnet.training.race_result import ArmResult as ArmResult
    from distillnet.training.race_result import RaceResult as RaceResult
    from distillnet.training.tournament_result import Competitor as Competitor
    from distillnet.training.tournament_result import Tournament as Tournament
    from distillnet.training.training_estimate import TrainingEstimate as TrainingEstimate
