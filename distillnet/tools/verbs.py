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
    bear/bore become/became begin/began break/broke bring/brought build/built buy/bought
    catch/caught choose/chose come/came draw/drew drive/drove eat/ate fall/fell feel/felt
    fight/fought find/found fly/flew forget/forgot get/got give/gave go/went grow/grew hear/heard
    hold/held keep/kept know/knew lead/led leave/left lie/lay lose/lost make/made mean/meant
    meet/met pay/paid ring/rang rise/rose run/ran say/said see/saw seek/sought sell/sold send/sent
    shake/shook show/showed sing/sang sit/sat speak/spoke spend/spent stand/stood strike/struck
    swear/swore swim/swam take/took teach/taught tell/told think/thought throw/threw
    understand/understood wear/wore win/won write/wrote
    """
)
AUXILIARIES = word_set(
    "is are was were can could will would should must may might does did has have had"
)
PARTICIPLES = word_set("""
    been become begun borne broken brought built bought caught chosen come done drawn driven eaten
    fallen felt fought found flown forgotten given gone got grown had heard held hit kept known led
    left lost made meant met paid put read risen run said seen sent set shown spent spoken stood
    struck taken taught thought thrown told understood won worn written
    """)


def _third_person(lemma: str) -> str:
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


PAST: Mapping[str, str] = {lemma: _past(lemma) for lemma in _REGULAR} | dict(
    pair.split("/") for pair in _IRREGULAR
)
PRESENT: Mapping[str, str] = {lemma: _third_person(lemma) for lemma in PAST}
LEMMA_OF_PAST: Mapping[str, str] = {past: lemma for lemma, past in PAST.items()}
LEMMA_OF_PRESENT: Mapping[str, str] = {present: lemma for lemma, present in PRESENT.items()}
VERB_FORMS = PARTICIPLES | LEMMA_OF_PAST.keys() | LEMMA_OF_PRESENT.keys()
