"""Word tables of the measure of concreteness: stems, what may follow them, and abstract shapes.

"ё" is written "е" in them.
"""

import re
from collections.abc import Mapping

from distillnet.records import Language
from distillnet.tools.lexicon import NOT_ABSTRACT
from distillnet.tools.text import word_set

# What may follow a stem.
ENDINGS: Mapping[Language, frozenset[str]] = {
    "en": word_set("s e es ed d ing y ies er ers n en") | {""},
    "ru": word_set("""
        а я о е у ю ы и й ь ом ем ой ей ою ею ов ев ам ям ами ями ах ях ью ьев ия ию ием ка ки
        ку кой ок ке ик ики ика ый ая ое ые ого ому ую ым ых ими ий яя ее ие его ему юю им их л ла
        ло ли ал ала али ало ил ила или ило ел ела ели ет ит ют ут ат ят ешь ишь ать ить еть ыл ыла
        ся лся лась лись ался алась ались ился илась ились
        """)
    | {""},
}
CONCRETE: Mapping[Language, frozenset[str]] = {
    "en": word_set("""
        hand finger arm leg foot feet head face eye ear nose mouth lip tooth teeth tongue
        hair skin blood bone heart knee shoulder neck beard tear tail wing paw man men woman
        women boy girl child children baby mother father son daughter brother sister wife
        husband uncle aunt grandmother grandfather neighbour neighbor doctor nurse soldier
        sailor farmer king queen judge teacher pupil priest fisherman driver baker tailor
        thief cook dog cat horse cow sheep pig hen goat bird fish mouse mice wolf wolves
        bear fox bee ant fly flies worm snake frog crow spider lion elephant tree leaf
        leaves root branch seed flower grass bush apple pear berry wood forest garden field
        corn wheat rose oak sky sun moon star cloud rain snow ice wind storm sea river lake
        pond wave shore sand stone rock hill mountain valley island mud dust fire flame
        smoke ash water earth house home door window wall roof floor room kitchen stair
        fence gate bridge road street path village town barn tower church shop market corner
        table chair bed lamp candle box basket bag bottle cup glass glasses plate bowl pot
        knife knives spoon fork pan oven stove mirror clock watch key lock bell rope string
        thread needle nail hammer axe saw wheel cart ladder shovel bucket pipe wire pen
        pencil paper letter book newspaper page coin ring button coat hat shoe boot shirt
        sock glove dress scarf pocket cloth wool blanket bread butter milk tea coffee soup
        meat egg salt sugar honey cheese wine beer bean potato cake car train boat ship sail
        anchor bus bicycle plane engine railway station ticket red blue green yellow black
        white grey brown golden cold hot warm wet dry sweet bitter loud bright dark round
        sharp heavy soft rusty walk ran run runn sit sat stand stood lay jump climb fall
        fell throw threw catch caught pull push carr cut chop dig dug bite bit eat ate drink
        drank drunk sleep slept wake woke wash bake sew wept cry cried laugh smil shout
        whisper sing sang kiss hug hit kick knock broke break burn pour sank swim swam flew
        look hear heard smell tast touch wear wore smok morning noon evening night yesterday
        winter summer autumn spring monday tuesday wednesday thursday friday saturday sunday
        january february march april june july august september october november december
        minute two three four five six seven eight nine ten eleven twelve thirteen fifteen
        seventeen twenty thirty forty fifty hundred thousand arms chest thumb wrist elbow
        lap cheek chin brow stomach belly throat lung crowd guest captain officer policeman
        policemen lawyer clerk merchant beggar passenger photographer electrician
        hairdresser firefighter schoolchildren grandpa grandma rabbit squirrel hedgehog
        eagle duck goose geese turtle whale shark butterfly caterpillar snail donkey camel
        monkey motor truck taxi helicopter rocket tram tractor trolley motorcyclist
        ambulance balcony bench cellar attic cabin tent hut castle barrel crate suitcase
        envelope stamp telephone phone radio television camera screen computer machine gun
        sword arrow flag drum guitar violin piano iron steel copper silver gold lead brass
        plastic rubber brick concrete pale pink purple silent wooden broken empty thick thin
        knelt crawl crept climbed stare stared glance nodd grinn shrugg slamm lift drop
        shove grab held hold squeez rubb scratch wip swept sweep shook shake spat
        """),
    "ru": word_set("""
        рук ладон пал пальц ног голов лиц глаз ух уш нос рот рта губ зуб язык волос кож кров
        кост сердц колен плеч ше спин бород слез хвост крыл лап мужчин женщин мальчик девочк
        реб дет младен мать матер мам отец отц пап сын доч брат сестр жен муж дяд тет бабушк
        дедушк дед старик старух сосед врач медсестр солдат моряк матрос крестьян корол судь
        учител ученик священник рыбак шофер пекар портн вор повар собак пес пса кот кош кошк
        лошад коров овц свинь кур куриц коз птиц рыб мыш волк медвед лис пчел муравь мух
        черв зме лягуш лягушк ворон паук лев слон дерев лист корн ветк ветв сем цвет цветок
        трав куст яблок груш ягод дров лес сад пол грядк рож пшениц роз дуб лип неб солнц
        лун звезд облак дожд снег лед льд вет ветр бур мор рек озер пруд волн берег песк
        камен камн скал холм гор долин остров гряз пыл огон огн плам дым пепел вод земл дом
        двер окн окон стен крыш комнат кухн лестниц забор ворот мост дорог улиц тропинк
        деревн город сара башн церк лавк рынок рынк колод угол угл двор стол стул кроват
        ламп свеч короб корзин мешок мешк бутыл стакан чашк тарелк миск кастрюл нож ложк
        вилк печ печк зеркал час ключ замок замк колокол веревк нит игл гвозд молоток молотк
        топор пил колес телег лопат ведр труб провод ручк карандаш бумаг письм книг газет
        страниц монет кольц пуговиц банк палк веник пальт шапк шляп ботин ботинк сапог рубаш
        рубашк носк перчатк плать плат карман одеял хлеб масл молок ча чай коф суп щи мяс
        яйц яиц сол сахар мед сыр вин пив картош картошк каш тест пирог машин поезд лодк
        корабл парус якор автобус велосипед самолет рельс шпал вокзал билет причал красн син
        зелен желт черн бел сер коричнев золот холодн горяч тепл мокр сух сладк горьк громк
        ярк темн кругл остр тяжел мягк ржав шел шла шли пошел пош пошл вош вошл вышл вышел
        беж бега побеж сид сел сто вст лег лож леж прыг прыгн лез упа пада брос пойм лов
        лови тян нес несл рез реза копа куса ел съел выпил спа уснул просну мыл вар шил плак
        плака заплак смея смеял улыб улыбн крич закрич крикн шепт шепта пел пела целу удар
        стуч стуча слома горе горел лил нал смотр посмотр вид увид слыш слыша услыш нюх
        трога надел закры откры утр вечер ноч вчера зим лет осен весн понедельник вторник
        сред четверг пятниц суббот воскресень январ феврал март апрел май ма июн июл август
        сентябр октябр ноябр декабр полдн полдень минут два две двух двое три трех трое
        четыре пять шесть семь восемь девять десять одиннадцать двенадцать семнадцать
        двадцать тридцать сорок груд запяст локот локт щек подбород лоб лба живот горл толп
        гост капитан офицер полицейск адвокат купц нищ пассажир фотограф электромонтер
        парикмахерш пожарн школьник лаборант дедушкин заяц зайц белк еж ежа ежей орел утк
        гус черепах кит акул бабочк гусениц улитк осел верблюд мотор грузовик такси вертолет
        ракет трамвай троллейбус мотоцикл мотоциклист балкон скамь скамейк погреб чердак
        хижин палатк зам бочк ящик чемодан конверт марк телефон радио телевизор экран
        компьютер холодильник коляск носилк градусник зонтик шкаф линолеум форточк меч стрел
        флаг барабан гитар скрипк пианин желез стал серебр кирпич бетон стекл бледн розов
        деревянн стеклянн пуст толст тонк рыж полз карабка кивн пожа схват держ держа толкн
        подня поднял урон тер вытер подмет вымет
        """),
}
ABSTRACT: Mapping[Language, frozenset[str]] = {
    "en": word_set("""
        freedom truth reason cause effect idea ideal concept notion mind thought theory
        principle law right duty justice virtue vice good value meaning sense purpose end
        mean form essence being nature spirit will power order system structure process
        method rule case kind respect relation condition degree term view aspect factor
        basis criterion criteria logic fact problem knowledge belief doubt faith hope fear
        love hate grace chance fate choice change limit whole part unity self subject object
        state world life death time space past future necessar possib contingent mutual
        moral formal general particular universal absolute relative objective subjective
        actual potential internal external inner outer mere pure valid legitimate inherent
        implicit explicit abstract essential independent consist requir presuppos presum
        impl determin depend constitut entail involv exist differ exclud includ defin
        persist becom remain arise follow
        """),
    "ru": word_set("""
        свобод истин правд причин следстви иде идеал поняти смысл разум ум мысл теори
        принцип закон прав долг справедлив цел средств форм сущ бытие быти природ дух вол
        власт порядок порядк систем структур процесс метод правил случа род связ отношени
        услови степен вид аспект фактор основ критери логик факт проблем знани вер сомнени
        надежд страх любов ненавист рок судьб выбор предел част целое един личност субъект
        объект мир жизн смерт времен пространств прошл будущ благ совест труд дел способ сил
        качеств количеств различи результат существ необходим возможн случайн взаимн
        формальн общ частн всеобщ абсолютн относительн внутренн внешн чист мним сам состоит
        требует предполагает определяет зависит означает существует отлича исключает
        включает сводит обладает оста станови возника подчиня проявля сохраня носит верн
        ложн хорош плох знать знает знаешь
        """),
}
# Words of general statements, in these forms alone.
GENERAL: Mapping[Language, frozenset[str]] = {
    "en": word_set("""
        all any none no each every same other another either neither both many most more
        less much only even such what which who whose whoever why how whether if unless than
        or nor not may might can cannot could must should ought would need be is are being
        been true false wrong better bad worse know think one oneself always never still yet
        thus hence therefore because since although though mere
        """),
    "ru": word_set("""
        весь все всех всем всему всего любой любого любая всякий всякая всякого каждый
        каждого каждая никто никого ничто некого один одного тот та то того тому те тех иной
        иные иного иному другой другого другому такой таким что чего чем чему какой кто кого
        если ли или либо же бы лишь только так поэтому почему зачем откуда хотя нет не ни
        больше меньше может мочь можно нельзя должен должна должно надо нужно вправе значит
        есть быть будь всегда никогда еще порой
        """),
}
ABSTRACT_SHAPE: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\w{2}(?:[ts]ion|ness|ity|ities|ment|[ae]nce|[ae]ncy|ism|ship|hood|dom|itude|ology)s?$"
        r"|\w{3}(?:ical|ional|ive|[ai]ble|ally|ively|[ai]bly|i[sz]e[sd]?|if(?:y|ies|ied))$"
    ),
    "ru": re.compile(
        r"\w{2}(?:ост(?:ь|и|ью|ей|ям|ями|ях)|[аеяи]ни(?:е|я|ю|ем|и|й|ям|ями|ях)|ств(?:о|а|у|ом|е)?"
        r"|ци(?:я|и|ю|ей|й|ям|ями|ях)|[тл]и(?:е|я|ю|ем)|изм(?:а|у|ом|е|ы)?|логи(?:я|и|ю|ей))$"
        r"|\w{2}(?:тельн|альн|ическ|ивн|енн|уем|аем|яем)(?:ый|ая|ое|ые|ого|ой|ому|ую|ым|ых|ом|ыми"
        r"|ий|их|им|ими|о|а|ы)$"
    ),
}
ABSTRACT_IN_SHAPE_ONLY = NOT_ABSTRACT | word_set("""
    здание здания зданий зданию зданием растение растения растений гости кости трости станция
    станции станцию милиция полиция лекарство лекарства хозяйство деревянный деревянная каменный
    каменная стеклянный жестяная
    """)
