"""The words of English by which a noun phrase is found: small closed lists, and nothing to fetch.

Written for this program. What belongs to no list is taken for a noun or an adjective: of the
prompts' words most are.
"""

ARTICLES = frozenset("a an the".split())
POSSESSIVES = frozenset("my your his her its our their whose".split())
DETERMINERS = (
    ARTICLES
    | POSSESSIVES
    | frozenset(
        "this that these those each every either neither some any no all both half such several "
        "many much few fewer more most less least enough other others another one same".split()
    )
)
"""They open a noun phrase and are no part of an item."""

PRONOUNS = frozenset(
    "i you he she it we they me him us them myself yourself himself herself itself ourselves "
    "themselves who whom which what whatever whoever something anything nothing everything someone "
    "anyone everyone nobody everybody somebody none mine yours hers ours theirs "
    "i'm you're he's she's it's we're they're there's that's who's i've he'd she'd "
    "there here where when why how".split()
)

PREPOSITIONS = frozenset(
    "about above across after against along alongside amid amidst among amongst around as at atop "
    "away back before behind below beneath beside besides between beyond by despite down during "
    "except for forth forward from in inside into like near off on onto out outside over past per "
    "since than through throughout till to together toward towards under underneath unlike until "
    "up upon upward downward via with within without aside apart".split()
)
CONJUNCTIONS = frozenset(
    "and or but nor so yet if because although though while whereas whether unless once then thus "
    "hence therefore however also plus versus".split()
)
AUXILIARIES = frozenset(
    "am is are was were be been being do does did done have has had having can could will would "
    "shall should may might must cannot can't don't doesn't isn't aren't wasn't won't let lets "
    "let's get gets got getting".split()
)
ADVERBS = frozenset(
    "very too quite rather just only even still already always never often almost nearly ever "
    "again soon now not perhaps maybe instead else further somewhat slightly overhead nearby "
    "everywhere somewhere nowhere mid-air ahead indoors outdoors upstairs downstairs well "
    "approximately exactly directly especially alone".split()
)
CLOSED = PRONOUNS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | ADVERBS
"""They end a noun phrase, and begin none."""

TELLTALE = frozenset(
    "a an the is are was were his her its their she he they it that which who while as has have "
    "there she's he's it's".split()
)
"""Words of sentences that tags seldom have."""

NOT_ADVERBS = frozenset(
    "ugly family lovely friendly ghostly lonely elderly early curly wavy butterfly belly lily jelly "
    "fly holy silly deadly lively woolly assembly bubbly prickly wrinkly scaly italy july chilly "
    "hilly smelly jolly bully rally reply supply ally firefly dragonfly daily weekly worldly "
    "heavenly otherworldly costly cuddly earthly melancholy monopoly anomaly folly godly homely "
    "orderly sickly stately steely unearthly burly grizzly pearly ply sly".split()
)
"""They end in ``ly`` and are nouns or adjectives."""

NOUNS_IN_ING = frozenset(
    "living dining sitting-room lighting painting building clothing ring king wing string spring sling swing ceiling railing "
    "morning evening setting drawing engraving etching rendering shading wedding earring stocking "
    "stockings paintings buildings earrings wings rings kings strings drawings railings clearing "
    "crossing dwelling opening awning bedding piping plating coating lining "
    "stitching trimming lettering writing sibling darling ming beijing viking vikings pudding "
    "dumpling dumplings icing topping toppings frosting filling wing-like being beings offering "
    "underling duckling sapling saplings seedling herring parking landing bling hot-spring "
    "backlighting spotlighting styling framing packaging piercing piercings skateboarding "
    "photobashing crosshatching cross-hatching storytelling cel-shading worldbuilding "
    "streaming posing everything swimming siding roofing flooring scaffolding "
    "binding wiring tubing sterling".split()
)
VERBS_IN_ING = frozenset(
    "wearing holding carrying using riding looking standing sitting having making taking showing "
    "featuring facing giving putting pulling pushing playing reading eating drinking watching "
    "leaning walking running wielding sporting donning revealing creating casting evoking adding "
    "including depicting covering surrounding reflecting emphasizing highlighting exuding "
    "displaying overlooking gazing staring smiling reaching lying laying kneeling resting hugging "
    "doing posing typing operating removing emitting illuminating complementing drinking crossing "
    "composing driving flying climbing touching catching smoking editing leaving "
    "accentuating imbuing capturing resulting suggesting blending hiding biting singing waiting "
    "performing biting breathing shifting turning trying letting sending cutting "
    " forming lifting throwing dragging chasing feeding petting "
    "selling buying cooking baking pouring".split()
)
"""Participles behind which an object follows even without an article: ``holding sword``."""

PARTICIPLES = frozenset(
    "worn woven torn broken lit held seen made built drawn driven hung set cut bound strewn "
    "frozen fallen hidden written known grown overgrown spread shown taken given thrown risen "
    "sunken caught found lost left kept put sat stood lain laid "
    "spun swept wound tied clad shaven chosen forgotten forsaken stolen bent burnt dug fed fought "
    "led paid rung sewn slung stuck struck sunk won wrung".split()
)
"""Those that do not end in ``ed``. Before a noun they are adjectives: ``a torn jacket``."""
NOT_PARTICIPLES = frozenset(
    "red bed shed sled seed weed reed breed tweed speed steed deed creed need feed hundred sacred "
    "naked wicked rugged ragged jagged crooked aged beloved rotted biped embed unmade bored wed "
    "led-lit hooded haired eyed faced handed legged eared winged horned armed armored armoured "
    "tailed striped dotted checkered plaid-patterned detailed muted".split()
)
"""They end in ``ed`` and stand before nouns as other adjectives do."""

VERBS = frozenset(
    "sit stand walk run wear hold carry look gaze stare smile grin lean lie rest perch kneel "
    "crouch float drift hover fly glide soar rise fall hang drip flow stream pour spill splash "
    "crash break burn glow shine shimmer sparkle glisten glint gleam twinkle flicker flare flash "
    "reflect mirror cast throw stretch reach touch grab pull push turn twist curl curve wind coil "
    "wrap drape cover surround frame fill flood bathe illuminate light cut slice pierce cross pass "
    "follow lead enter emerge appear vanish dissolve fade blend merge mix feature depict show "
    "display portray capture convey evoke suggest emphasize highlight accentuate create add give "
    "bring make take keep put place set hide reveal open close play dance sing read write "
    "draw paint eat drink cook sleep dream wait watch see face point wave jump leap climb descend "
    "ride drive sail swim fish hunt fight wield swing strike loom tower sway flutter flap swirl "
    "scatter stick cling grow bloom sprout spread extend line share smoke pose lounge dominate "
    "contain include consist resemble seem feel look become remain begin try use tell say says "
    "reply want need mend flip swallow exaggerate streak glance peer peek nestle "
    "serve meet join connect lift lower raise drop shift move hop wander roam march gather stack "
    "overlook echo complement enhance contrast imbue exude radiate emit breathe blow whip brush "
    "gesture nod speak whisper scream shout laugh cry weep blush frown wink yawn squint "
    "stay work live travel search discover explore consume devour envelop engulf "
    "minimize minimise distinguish intensify lurk prowl burst shatter trace weave intertwine "
    "mingle intersect bask contort clutch grip grasp cradle embrace hug kiss pet snuggle rustle "
    "cascade tumble taper cup drench soak stain splatter litter dot pepper adorn decorate "
    "depart arrive gallop trot chase charge circle orbit descend hold ignite kiss replace change "
    "refine invert outline finish allow invite linger appreciate transport offer integrate unify ensure carve crackle combine complete sharpen soften hum drape cost blur spoke".split()
)
"""Verbs of pictures, without endings."""
PAST = frozenset(
    "sat stood held wore ran sang drew rode drove flew fell rose hung threw caught grew became "
    "began took gave made saw came went kept comes goes says spoke twinkled cradled".split()
)

ADJECTIVES = frozenset(
    "abandoned able absolute abstract abundant accurate active actual additional adorable aerial "
    "aesthetic ambient ample ancient angry anxious apparent appropriate arcane aromatic attractive "
    "authentic available average awesome awkward bad bare barren beautiful big bitter bizarre bland "
    "bleak blind blurry bold bottom brave brief bright brilliant brisk brittle broad busy calm "
    "candid careful casual cautious charming cheap cheerful chic chilly chubby cinematic classic "
    "clean clear clever close closer coarse cold colorful colourful colossal comfortable "
    "common complete complex confident contemplative contemporary content cool correct cosy cozy "
    "crazy creamy creepy crisp crucial cruel curious curly current cute damp dark dazzling dead "
    "dear deep defiant delicate delicious dense desolate determined different difficult diffuse "
    "dim dirty distant distinct divine double dramatic dreamlike dreamy dry dull dusty dynamic "
    "eager early earthy easy edgy eerie elaborate elderly elegant emotional empty endless enormous "
    "entire epic equal eternal ethereal even exact excellent exotic expensive expressive exquisite "
    "extra extravagant extreme fair faint familiar famous fancy fantastic far fast fat few fierce "
    "fiery final fine firm first flat flexible fluffy foggy foreign formal fragile free fresh "
    "frosty full functional funny furry fuzzy gentle genuine ghostly giant gigantic glamorous "
    "glassy gleaming gloomy glorious glossy good gorgeous graceful gradual grainy grand great "
    "greater grim gritty gross grumpy happy hard harsh haunting hazy healthy heartfelt heavy "
    "helpful high higher historic hollow holy hot huge humble humid hungry iconic icy ideal "
    "idle immense important impressive incredible individual infinite inner innocent intense "
    "intentional intimate intricate inviting irregular jagged joyful juicy keen kind large larger "
    "last late lavish lazy lean left legendary likely limited little lively local lone "
    "lonely long longer loose lost loud lovely low lower loyal lucky lunar lush luxurious macabre "
    "magical magnificent main major majestic massive matte mature melancholic merry messy "
    "mighty mild mini miniature minimal minimalist minor misty modern modest moist moody mossy "
    "mournful muddy multiple muscular mysterious mystical naive narrow nasty natural near neat "
    "necessary negative nervous neutral new next nice noble noisy normal nostalgic numerous obscure "
    "obvious odd old open opposite opulent ordinary organic original ornate otherworldly outer "
    "overall overcast own pale peaceful perfect philosophical photorealistic picturesque plain "
    "playful pleasant plump poetic polite poor popular positive possible powerful precious precise "
    "present pretty previous primal primary pristine private professional profound prominent proper "
    "proud pure quaint quick quiet rare raw ready real realistic recent regal regular relaxed rich "
    "rigid ripe robust romantic rough round royal rude rugged rural rustic rusty sad safe salty "
    "scary scenic seamless secret secure sensual separate serene serious severe shabby shadowy "
    "shallow sharp shiny short shy sick silent silky silly similar simple single sinister sleek "
    "slender slick slight slim slippery sloppy slow small smaller smoky smooth snowy sober soft "
    "softer solemn solid solitary sophisticated sour sparse special specific spectacular spiritual "
    "splendid spooky square stark static steady steep sterile stern stiff still stoic stormy "
    "straight strange strict striking strong stunning stupid sturdy stylish sublime subtle sudden "
    "sunny super superb surreal sweet swift symmetrical symmetric tall tattered tender tense "
    "terrible thick thin thoughtful tidy tight tiny tired toned top total tough towering "
    "traditional tragic tranquil translucent transparent tropical true twisted typical ugly "
    "ultimate unique unusual upper upright urban usual vague various vast verdant vibrant vicious "
    "vintage visible visual vital vivid volumetric voluminous vulnerable warm warmer watchful weak "
    "wealthy weary weird wet whimsical whole wicked wide wild windy wise wispy wistful wonderful "
    "worn worthy wrinkled wrong young younger youthful "
    "second third fourth fifth sixth asleep awake alive aware afraid alert evident meditative "
    "readable handwritten upwards outward handheld photo-realistic hyper-realistic low-angle "
    "high-angle mid-air halfway diffused shimmering".split()
)
"""Words that alone, or last, name nothing: ``in the warm``."""
NOUN_LIKE_ENDINGS = ("ous", "less", "esque", "ful")
NOUNS_IN_FUL = frozenset("handful mouthful spoonful armful bagful".split())

EMPTY = frozenset(
    "thing things way ways side sides kind sort type lot lots bit part parts piece image images "
    "picture pictures photo scene scenes shot view background foreground center centre middle "
    "front back top bottom left right edge end area place position point direction distance "
    "viewer viewers camera lens subject subjects composition frame framing style mood tone "
    "atmosphere feeling sense air effect effects detail details element elements color colors "
    "colour colours setting environment surroundings surface space line lines text word words "
    "letter letters time moment day level number row rows group pair set series use example look "
    "person people figure figures others hand hands example fact case form shape shapes focus "
    "emphasis addition contrast overall prompt quality resolution variety range array mix "
    "combination touch hint amount presence essence aspect appearance nature representation "
    "corner corners photograph step steps size width height depth length weight nd st rd th x quot eg ie etc vs ok "
    "idea year years hour minute world life inch inches e g i s t".split()
)
"""Nouns that alone are nothing to put into a prompt."""
PARTITIVES = frozenset(
    "kind sort type lot lots bit sense feeling hint variety range array mix "
    "combination series number touch amount part element use row rows dream".split()
)
"""Before ``of`` they are left out: of ``a sense of wonder`` wonder is the item."""

NUMBERS = frozenset("two three four five six seven eight nine ten eleven twelve dozen".split())
