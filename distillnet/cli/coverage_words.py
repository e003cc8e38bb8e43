"""What the map of a run says, in both languages."""

from distillnet.records import VERDICT_NAMES, Language

# key: (English, Russian); braces are filled with what is already written out.
_WORDS: dict[str, tuple[str, str]] = {
    # Names at the left, 9 characters at most.
    "seed": ("seed", "зерно"),
    "lenses": ("lenses", "линзы"),
    "angles": ("angles", "ракурсы"),
    "verdicts": ("verdicts", "вердикты"),
    "stopped": ("stopped", "остановка"),
    "depth": ("depth", "глубина"),
    "cells": ("cells", "ячейки"),
    "covered": ("{covered} of {planned} covered", "покрыто {covered} из {planned}"),
    "repeating": ("; only repeating: {count}", "; лишь повторяют: {count}"),
    # Of lens x role x form.
    "cell_counts": (
        "{unique} done, {repeating} done but repeating, {planned} planned, "
        "{not_planned} not planned",
        "готово: {unique}, готово, но повторяет: {repeating}, запланировано: {planned}, "
        "не планировалось: {not_planned}",
    ),
    "estimates": (
        "{seen} seen; about {chao1} are in reach (Chao1)",
        "найдено {seen}; достижимо около {chao1} (Chao1)",
    ),
    "interval": ("95% interval {low} to {high}", "95-процентный интервал от {low} до {high}"),
    "no_round": ("no round has ended yet", "ни один раунд ещё не окончен"),
    "nothing": ("nothing is judged yet", "ещё ничего не оценено"),
    "at_seed": ("{count} of the seed", "{count} по зерну"),
    "step": ("{count} at depth {step}", "{count} на глубине {step}"),
    # Why it stopped; the critic's own sentence is English.
    "satisfied": (
        "satisfied, rounds: {rounds}; {reason}",
        "критик удовлетворён, раундов: {rounds}",
    ),
    "dried_up": (
        "dried up, rounds: {rounds}; {reason}",
        "новые раунды почти ничего не добавляли, раундов: {rounds}",
    ),
    "budget": (
        "out of budget, rounds: {rounds}; {reason}",
        "запас вызовов или раундов исчерпан, раундов: {rounds}",
    ),
    # The English reason names it.
    "cap": ("", "достигнут потолок: {cap}"),
    "going": (
        "not yet, rounds: {rounds}; 'distillnet resume {directory}' goes on",
        "ещё нет, раундов: {rounds}; «distillnet resume {directory}» продолжит",
    ),
    # Targets.
    "targets": ("targets", "цели"),
    "target": ("target", "цель"),
    "reached": ("reached", "есть"),
    "is_met": ("met", "достигнута"),
    "not_met": ("not met", "не достигнута"),
    "is_dry": ("dry: below it a run ends", "сухо: прогон кончается"),
    "not_dry": ("not dry", "не сухо"),
    "target_lenses": ("lenses covered", "покрыто линз"),
    "target_good_turing": ("Good-Turing coverage", "полнота по Гуду — Тьюрингу"),
    "target_facts": ("facts told, both ways", "факты в обе стороны"),
    "target_pages": ("pages", "страниц"),
    "target_depth": ("steps from the seed", "шагов от зерна"),
    "target_gain": ("new angles a call, lately", "новых ракурсов на вызов"),
    # The map.
    "map": ("accepted scenes: families by roles", "принятые сцены: семейства и роли"),
    "map_none": ("nothing is planned yet", "ещё ничего не запланировано"),
    "all": ("all", "все"),
    "signs": (
        "0 planned, none accepted   . not planned",
        "0 запланировано, не принято ни одной   . не планировалось",
    ),
    "rhetorical": ("rhetorical", "риторика"),
    "logical": ("logical", "логика"),
    "ontological": ("ontological", "онтология"),
    "cultural": ("cultural", "культура"),
    "heuristic": ("heuristic", "эвристика"),
    "proposed": ("proposed", "от критика"),
    # Facts.
    "facts": ("facts of the seed, and who tells them", "факты зерна и кто о них говорит"),
    "forward": ("as it stands", "как есть"),
    "reverse": ("in reverse", "наоборот"),
    "told_by_none": ("nobody", "никто"),
    # What is missing and what repeats.
    "gaps": ("the critic misses", "критику не хватает"),
    "gaps_none": ("nothing", "всего хватает"),
    "gaps_lens": ("lenses: {count}", "линз: {count}"),
    "gaps_beyond": ("lenses of its own: {count}", "своих линз: {count}"),
    "gaps_role": ("roles: {count}", "ролей: {count}"),
    "gaps_fact": ("facts: {count}", "фактов: {count}"),
    "gaps_angle": ("angles, sought by scenes: {count}", "ракурсов, на поиск сцен: {count}"),
    "gap_lens": ("{reason}", "через линзу {lens} не принято ни одной сцены"),
    "gap_repeating": (
        "{reason}",
        "сцены через линзу {lens} лишь повторяют то, что показали другие",
    ),
    "gap_beyond": (
        "{reason}",
        "через линзу {lens}, которую предложил критик, не принято ни одной сцены",
    ),
    "gap_role": ("{reason}", "роль {role} ещё ничего не говорила"),
    "gap_forward": ("{reason}", "ни одна сцена не говорит: «{fact}»"),
    "gap_reverse": ("{reason}", "ни одна сцена не говорит в обратном порядке: «{fact}»"),
    "gap_angle": ("{lens}, {role}: {reason}", "{lens}, {role}: нужен новый ракурс"),
    "gap_deeper": (
        "{lens}, {role}: {reason}",
        "{lens}, {role}: нужна сцена по сцене, шагов от зерна: {depth}",
    ),
    # Lenses of the critic's own.
    "own": ("lenses that the critic proposed", "линзы, которые предложил критик"),
    "adopt": (
        "'distillnet adopt {directory} LENS --into FOLDER' takes one over",
        "«distillnet adopt {directory} ЛИНЗА --into ПАПКА» возьмёт линзу себе",
    ),
    "missing": ("missing lenses", "недостающие линзы"),
    "missing_none": (
        "none: every planned lens has an accepted scene",
        "таких нет: у каждой запланированной линзы есть принятая сцена",
    ),
    "repeating_all": (
        "only repeating what others showed: {lenses}",
        "лишь повторяют то, что показали другие: {lenses}",
    ),
    "tried": ("tried in vain: {verdicts}", "испробована напрасно: {verdicts}"),
    "untried": ("not answered yet", "ответа ещё нет"),
    "repeats": ("what repeats", "что повторяется"),
    "repeats_none": (
        "no two accepted scenes share an angle",
        "нет двух принятых сцен с общим ракурсом",
    ),
    "cluster": ("{count} scenes, one angle", "сцен: {count}, ракурс один"),
    "more": ("... {count} more", "... ещё {count}"),
    "more_in_json": (
        "... {count} more: --json has all",
        "... ещё {count}: все покажет --json",
    ),
}


def words(language: Language) -> dict[str, str]:
    """All of them in one language."""
    column = 1 if language == "ru" else 0
    said = {key: both[column] for key, both in _WORDS.items()}
    return said | {f"verdict_{key}": name.in_(language) for key, name in VERDICT_NAMES.items()}
