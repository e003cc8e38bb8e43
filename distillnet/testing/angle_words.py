"""A thousand common English words for made-up angles, each of them once.

A row of the table is a part of life: its nouns, which may stand after "the", its verbs, which are
the third person of one that takes an object, and its adjectives.
"""

_TABLE = """
    sea: harbour anchor sail tide reef lighthouse sailor wave gull keel fog island deck whale
        | steers moors hoists | salty stormy coastal
    kitchen: oven kettle recipe spoon flour soup onion cook pepper stew pan bread salt apron
        | stirs bakes peels | tasty burnt hungry
    court: judge verdict witness lawyer jury prison statute oath evidence crime appeal pardon alibi
        theft | accuses acquits convicts | guilty lawful solemn
    war: soldier trench cannon general helmet siege truce rifle enemy sentry armour battle medal
        fortress | attacks besieges defends | armed brave wounded
    weather: thunder drizzle storm breeze sky frost hail rainbow drought barometer sunshine puddle
        blizzard lightning | drenches freezes darkens | windy humid icy
    music: violin melody drum choir piano chord singer rhythm flute concert trumpet song conductor
        tune | plays sings tunes | loud tuneful hoarse
    trade: merchant price coin bargain shop customer market debt ledger profit receipt auction
        cargo warehouse | sells buys lends | cheap costly wealthy
    medicine: doctor fever bandage surgeon pill nurse wound clinic vaccine pulse syringe patient
        infection ointment | heals vaccinates prescribes | feverish sterile chronic
    farm: plough harvest barn tractor wheat cattle shepherd manure pasture goose scarecrow barley
        orchard stable | sows reaps milks | fertile muddy ripe
    forest: oak moss squirrel mushroom pine owl fern bark clearing badger acorn thicket stump fox
        | fells climbs sniffs | leafy mossy shady
    school: pupil teacher lesson homework blackboard classroom grade textbook spelling pencil
        satchel essay examination chalk | teaches corrects memorizes | studious clever attentive
    theatre: actor stage curtain costume rehearsal audience mask script comedy applause director
        villain prompter spotlight | applauds rehearses performs | dramatic comic masked
    railway: train station locomotive ticket platform signal rail tunnel conductress luggage
        timetable carriage junction whistle | boards couples derails | punctual delayed crowded
    building: brick mortar scaffold carpenter roof beam plumber cement ladder foundation mason crane
        plaster chimney | builds plasters hammers | sturdy hollow unfinished
    garden: rose tulip spade hedge gardener compost snail lawn weed greenhouse petal bee fountain
        seedling | plants prunes waters | fragrant thorny blooming
    astronomy: star planet telescope comet orbit eclipse galaxy astronomer meteor crater moonlight
        satellite nebula horizon | observes orbits eclipses | distant starry lunar
    sport: athlete goal referee stadium racket sprint coach trophy ball marathon team champion
        penalty swimmer | kicks tackles outruns | athletic sweaty victorious
    painting: canvas brush portrait easel pigment sketch painter gallery palette fresco landscape
        sculptor varnish frame | paints draws frames | colourful pale abstract
    religion: temple prayer monk altar pilgrim sermon candle priest shrine angel hymn incense
        cathedral relic | blesses worships absolves | holy devout sinful
    computing: keyboard program password server algorithm screen robot database network programmer
        cursor software virus laptop | encrypts downloads debugs | digital automatic buggy
    family: mother cradle grandfather wedding cousin twin nephew baby heirloom inheritance sister
        surname godmother lullaby | adopts raises scolds | parental motherly brotherly
    clothing: needle button tailor sleeve wool scarf pocket cap zipper collar velvet glove shoe
        wardrobe | sews mends knits | woollen ragged elegant
    mining: miner coal shaft pickaxe ore diamond lamp seam gold nugget dynamite quarry gemstone
        cavern | digs extracts blasts | sooty metallic underground
    newspaper: headline reporter editor column printer scandal interview article rumour deadline
        cartoon journalist leaflet typewriter | prints publishes reports | daily sensational printed
    politics: parliament ballot minister senator treaty mayor slogan voter campaign embassy
        republic throne ambassador bribe | elects bribes overthrows | elected royal corrupt
    police: detective fingerprint handcuff burglar clue ransom suspect patrol footprint informer
        sergeant culprit safe kidnapper | arrests interrogates chases | stolen suspicious undercover
    chemistry: acid flask molecule crystal laboratory chemist beaker vapour solvent poison catalyst
        sulphur powder residue | dissolves distils oxidizes | acidic toxic soluble
    mountain: summit glacier climber rope avalanche cliff valley ridge tent peak guide pass boulder
        goat | scales ascends crosses | steep rocky snowy
    desert: camel dune oasis caravan cactus mirage sandstorm scorpion nomad bedouin lizard vulture
        turban thirst | traverses parches buries | sandy arid scorching
    river: bridge ferry canoe waterfall otter dam heron bank current flood trout raft delta marsh
        | floods dams ferries | swift winding shallow
    hotel: guest porter lobby suitcase bellboy pillow chambermaid receptionist balcony corridor
        elevator breakfast tourist souvenir | welcomes lodges tips | luxurious vacant cosy
    aviation: pilot runway parachute propeller airport cockpit helicopter hangar glider balloon
        stewardess turbulence wing radar | flies lands hijacks | airborne supersonic aerial
    bank: banker strongroom loan mortgage cheque savings cashier shareholder dividend interest
        budget bankruptcy credit accountant | invests deposits audits | affluent financial thrifty
    dance: dancer waltz ballet partner ballroom ballerina tango costumier pirouette choreographer
        slipper orchestra tempo mirror | leads twirls choreographs | graceful nimble clumsy
    library: bookshelf librarian catalogue novel manuscript index reader parchment encyclopedia
        bookmark archive chapter footnote scroll | reads borrows catalogues | dusty literary rare
    circus: clown acrobat juggler lion trapeze elephant ringmaster tightrope magician tamer sawdust
        cannonball parade unicycle | juggles tames amuses | daring funny tame
    hunting: hunter arrow deer snare falcon hound antler rabbit bait boar quiver trail prey pheasant
        | traps stalks shoots | wary fleeing wild
    winter: skate sledge snowman fireplace mitten blanket icicle reindeer ski snowflake woodpile
        sleigh hearth cabin | thaws warms shovels | frozen chilly cold
    dentistry: dentist tooth filling drill denture cavity gum toothache jaw braces molar crown
        anaesthetic toothbrush | drills fills flosses | aching dental numb
    geology: volcano lava earthquake fossil sediment limestone granite fault geologist crust canyon
        magma basalt tremor | shakes erodes cracks | molten volcanic ancient
    insects: ant spider beetle moth cocoon hive wasp caterpillar cobweb butterfly cricket mosquito
        larva dragonfly | stings spins pesters | venomous buzzing winged
    childhood: doll marble swing kite playground hopscotch teddy puppet crayon sandpit toddler
        lollipop riddle fairy | cuddles teases imitates | playful naughty innocent
    post: letter envelope stamp postman parcel mailbox postcard address telegram courier pigeon
        seal inbox sender | delivers posts seals | sealed anonymous overdue
    cinema: film camera actress projector subtitle popcorn sequel studio premiere stuntman cameraman
        screenwriter trailer monster | films edits dubs | cinematic silent blockbusting
    gambling: dice roulette casino poker jackpot croupier bet gambler lottery joker ace bluff stake
        odds | bets bluffs gambles | lucky risky crooked
    pottery: clay potter kiln glaze vase jug wheel teapot porcelain shard tile saucer bowl figurine
        | moulds glazes shapes | fragile earthen cracked
    electricity: battery wire bulb socket transformer fuse switch turbine electrician cable magnet
        generator voltage spark | charges insulates electrifies | electric magnetic glowing
    psychology: dream memory phobia therapist couch instinct hypnosis anxiety trauma habit ego
        nightmare obsession illusion | soothes represses hypnotizes | anxious obsessive subconscious
    coffee: cafe espresso bean waiter mug cream sugar croissant barista menu terrace doughnut
        teaspoon aroma | sips pours grinds | bitter sweet frothy
    timekeeping: clock pendulum hourglass calendar watchmaker sundial alarm minute wristwatch cuckoo
        hour chime spring century | winds strikes measures | slow hasty timely
"""


def _part(place: int) -> tuple[str, ...]:
    """The nouns (0), verbs (1) or adjectives (2) of all rows."""
    rows = (row.partition(":")[2] for row in _TABLE.replace("\n        ", " ").splitlines())
    return tuple(word for row in rows if row for word in row.split("|")[place].split())


NOUNS, VERBS, ADJECTIVES = _part(0), _part(1), _part(2)
