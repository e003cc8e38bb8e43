"""Forms of common English verbs, and the way back from a form to the verb."""

from collections.abc import Mapping

from distillnet.tools.text import word_set

_REGULAR = word_set(
    """
    accept achieve act add admit affect agree aim allow amount appear apply arrive ask assist attack
    attract avoid base believe belong boast boil call carry cause challenge change claim collapse
    combine complete concern connect consider consist contain continue contribute control cover
    create cry decide declare decrease define deliver demand depend describe design destroy
    determine develop devastate die differ disappear discover display divide dominate earn emerge
    employ enable encourage end endure engulf enjoy ensure enter establish evolve exceed exist
    expand expect experience explain express face fail feature finish flow follow force form
    function gain generate govern grant grapple guide happen hate help highlight identify imply
    improve include increase indicate influence inspire introduce invent involve join jump kill lack
    last laugh launch lead learn like linger link live look love maintain manage marry matter mean
    measure mix move need nod observe obtain occupy occur offer open operate oppose own participate
    pass perform permit plan play possess prefer prevent produce prompt protect prove provide
    publish pull push raise reach realize receive recognize record reduce refer reflect refuse
    register reject rely remain remember remove replace report represent require resemble resist
    respond rest result return reveal rule sail seem separate serve share shift shock show sigh
    smile solve span start state stay stop stretch struggle succeed suffer suggest support surprise
    surround survive symbolize target tend touch trade transform travel treat trigger try turn
    underscore unload use visit vote wait walk want warn wish witness wonder work yield
    """
)
_IRREGULAR = word_set(
    """
    arise/arose/arisen awake/awoke/awoken bear/bore/borne become/became/become begin/began/begun
    break/broke/broken bring/brought build/built buy/bought catch/caught choose/chose/chosen
    cling/clung come/came/come creep/crept dig/dug draw/drew/drawn drive/drove/driven eat/ate/eaten
    fall/fell/fallen feel/felt fight/fought find/found flee/fled fly/flew/flown
    forbid/forbade/forbidden foresee/foresaw/foreseen forget/forgot/forgotten
    forgive/forgave/forgiven freeze/froze/frozen get/got give/gave/given go/went/gone
    grow/grew/grown hear/heard hide/hid/hidden hold/held keep/kept kneel/knelt know/knew/known
    lead/led leave/left lend/lent lie/lay/lain lose/lost make/made mean/meant meet/met
    overcome/overcame/overcome overthrow/overthrew/overthrown pay/paid rebuild/rebuilt
    ring/rang/rung rise/rose/risen run/ran/run say/said see/saw/seen seek/sought sell/sold send/sent
    shake/shook/shaken show/showed/shown shrink/shrank/shrunk sing/sang/sung sink/sank/sunk sit/sat
    speak/spoke/spoken spend/spent stand/stood steal/stole/stolen strike/struck
    strive/strove/striven swear/swore/sworn sweep/swept swim/swam/swum take/took/taken teach/taught
    tell/told think/thought throw/threw/thrown undergo/underwent/undergone understand/understood
    undertake/undertook/undertaken weave/wove/woven weep/wept wear/wore/worn win/won
    withdraw/withdrew/withdrawn write/wrote/written
    """
)
# A form of these may be a noun, or the verb in another tense: no sign of where the verb stands.
_IRREGULAR_OR_NOUN = word_set(
    """
    beat/beat/beaten bend/bent bite/bit/bitten bleed/bled blow/blew/blown breed/bred deal/dealt
    dream/dreamt drink/drank/drunk feed/fed hang/hung lay/laid leap/leapt light/lit ride/rode/ridden
    shine/shone shoot/shot sleep/slept slide/slid spin/spun spring/sprang/sprung stick/stuck
    sting/stung stride/strode swell/swelled/swollen swing/swung tear/tore/torn wake/woke/woken
    """
)
AUXILIARIES = word_set(
    "is are was were can could will would should must may might does did has have had"
)


def _forms(table: frozenset[str]) -> dict[str, tuple[str, str]]:
    """Past tense and participle of each verb; where only one form is given it is both."""
    rows = (row.split("/") for row in table)
    return {lemma: (forms[0], forms[-1]) for lemma, *forms in rows}


_FORMS = _forms(_IRREGULAR)
PARTICIPLES = word_set("been born done had hit put read set") | {
    form for _, form in _FORMS.values()
}


def third_person(lemma: str) -> str:
    """``boil`` -> ``boils``"""
    if lemma.endswith(("s", "sh", "ch", "x", "z", "o")):
        return lemma + "es"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies"
    return lemma + "s"


def _past(lemma: str) -> str:
    if lemma.endswith("e"):
        return lemma + "d"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ied"
    doubled = lemma in {
        "stop",
        "nod",
        "plan",
        "span",
        "permit",
        "admit",
        "control",
        "occur",
        "refer",
    }
    return lemma + (lemma[-1] if doubled else "") + "ed"


PAST: Mapping[str, str] = {lemma: _past(lemma) for lemma in _REGULAR} | {
    lemma: past for lemma, (past, _) in _FORMS.items()
}
PRESENT: Mapping[str, str] = {lemma: third_person(lemma) for lemma in PAST}
LEMMA_OF_PAST: Mapping[str, str] = {past: lemma for lemma, past in PAST.items()}
LEMMA_OF_PRESENT: Mapping[str, str] = {present: lemma for lemma, present in PRESENT.items()}
VERB_FORMS = PARTICIPLES | LEMMA_OF_PAST.keys() | LEMMA_OF_PRESENT.keys()
LEMMA_OF_IRREGULAR: Mapping[str, str] = {
    form: lemma
    for lemma, forms in (_FORMS | _forms(_IRREGULAR_OR_NOUN)).items()
    for form in forms
    if form not in PAST
}
