"""The words of English by which a noun phrase is found: small closed lists, and nothing to fetch.

Written for this program. What belongs to no list is taken for a noun or an adjective: of the
prompts' words most are.
"""

ARTICLES = frozenset("a an the".split())
POSSESSIVES = frozenset("her his its my our their whose your".split())
DETERMINERS = (
    ARTICLES
    | POSSESSIVES
    | frozenset(
        "all another any both each either enough every few fewer half least less many more most "
        "much neither no one other others same several some such that these this those".split()
    )
)
"""They open a noun phrase and are no part of an item."""

PRONOUNS = frozenset(
    "anyone anything everybody everyone everything he he'd he's here hers herself him himself "
    "how i i'm i've it it's itself me mine myself nobody none nothing ours ourselves she she'd "
    "she's somebody someone something that's theirs them themselves there there's they they're "
    "us we we're what whatever when where which who who's whoever whom why you you're yours "
    "yourself".split()
)

PREPOSITIONS = frozenset(
    "about above across after against along alongside amid amidst among amongst apart around "
    "as "
    "aside at atop away back before behind below beneath beside besides between beyond by "
    "despite down downward during except for forth forward from in inside into like near off "
    "on "
    "onto out outside over past per since than through throughout till to together toward "
    "towards under underneath unlike until up upon upward via with within without".split()
)
CONJUNCTIONS = frozenset(
    "also although and because but hence however if nor once or plus so then therefore though "
    "thus unless versus whereas whether while yet".split()
)
AUXILIARIES = frozenset(
    "am are aren't be been being can can't cannot could did do does doesn't don't done get gets "
    "getting got had has have having is isn't let let's lets may might must shall should was "
    "wasn't were will won't would".split()
)
ADVERBS = frozenset(
    "again ahead almost alone already always approximately directly downstairs else especially "
    "even ever everywhere exactly further indoors instead just maybe mid-air nearby nearly "
    "never not now nowhere often only outdoors overhead perhaps quite rather slightly somewhat "
    "somewhere soon still too upstairs very well".split()
)
CLOSED = PRONOUNS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | ADVERBS
"""They end a noun phrase, and begin none."""

TELLTALE = frozenset(
    "a an are as has have he he's her his is it it's its she she's that the their there they "
    "was were which while who".split()
)
"""Words of sentences that tags seldom have."""

NOT_ADVERBS = frozenset(
    "ally anomaly assembly belly bubbly bully burly butterfly chilly costly cuddly curly daily "
    "deadly dragonfly early earthly elderly family firefly fly folly friendly ghostly godly "
    "grizzly heavenly hilly holy homely italy jelly jolly july lily lively lonely lovely "
    "melancholy monopoly orderly otherworldly pearly ply prickly rally reply scaly sickly silly "
    "sly smelly stately steely supply ugly unearthly wavy weekly woolly worldly wrinkly".split()
)
"""They end in ``ly`` and are nouns or adjectives."""

NOUNS_IN_ING = frozenset(
    "awning backlighting bedding beijing being beings binding bling building buildings ceiling "
    "cel-shading clearing clothing coating cross-hatching crosshatching crossing darling dining "
    "drawing drawings duckling dumpling dumplings dwelling earring earrings engraving etching "
    "evening everything filling flooring framing frosting herring hot-spring icing king kings "
    "landing lettering lighting lining living ming morning offering opening packaging painting "
    "paintings parking photobashing piercing piercings piping plating posing pudding railing "
    "railings rendering ring rings roofing sapling saplings scaffolding seedling setting "
    "shading sibling siding sitting-room skateboarding sling spotlighting spring sterling "
    "stitching stocking stockings storytelling streaming string strings styling swimming swing "
    "topping toppings trimming tubing underling viking vikings wedding wing wing-like wings "
    "wiring worldbuilding writing".split()
)
VERBS_IN_ING = frozenset(
    "accentuating adding baking biting blending breathing buying capturing carrying casting "
    "catching chasing climbing complementing composing cooking covering creating crossing "
    "cutting depicting displaying doing donning dragging drinking driving eating editing "
    "emitting emphasizing evoking exuding facing featuring feeding flying forming gazing giving "
    "having hiding highlighting holding hugging illuminating imbuing including kneeling laying "
    "leaning leaving letting lifting looking lying making operating overlooking performing "
    "petting playing posing pouring pulling pushing putting reaching reading reflecting "
    "removing resting resulting revealing riding running selling sending shifting showing "
    "singing sitting smiling smoking sporting standing staring suggesting surrounding taking "
    "throwing touching trying turning typing "
    "using waiting walking watching wearing wielding".split()
)
"""Participles behind which an object follows even without an article: ``holding sword``."""

PARTICIPLES = frozenset(
    "bent bound broken built burnt caught chosen clad cut drawn driven dug fallen fed forgotten "
    "forsaken fought found frozen given grown held hidden hung kept known laid lain led left "
    "lit lost made overgrown paid put risen rung sat seen set sewn shaven shown slung spread "
    "spun stolen stood strewn struck stuck sunk sunken swept taken thrown tied torn won worn "
    "wound woven written wrung".split()
)
"""Those that do not end in ``ed``. Before a noun they are adjectives: ``a torn jacket``."""
NOT_PARTICIPLES = frozenset(
    "aged armed armored armoured bed beloved biped bored breed checkered creed crooked deed "
    "detailed dotted eared embed eyed faced feed haired handed hooded horned hundred jagged "
    "led-lit legged muted naked need plaid-patterned ragged red reed rotted rugged sacred seed "
    "shed sled speed steed striped tailed tweed unmade wed weed wicked winged".split()
)
"""They end in ``ed`` and stand before nouns as other adjectives do."""

VERBS = frozenset(
    "accentuate add adorn allow appear appreciate arrive bask bathe become begin blend bloom "
    "blow blur blush break breathe bring brush burn burst capture carry carve cascade cast "
    "change charge chase circle climb cling close clutch coil combine complement complete "
    "connect consist consume contain contort contrast convey cook cost cover crackle cradle "
    "crash create cross crouch cry cup curl curve cut dance decorate depart depict descend "
    "devour discover display dissolve distinguish dominate dot drape draw dream drench drift "
    "drink drip drive drop eat echo embrace emerge emit emphasize engulf enhance ensure enter "
    "envelop evoke exaggerate explore extend exude face fade fall feature feel fight fill "
    "finish fish flap flare flash flicker flip float flood flow flutter fly follow frame frown "
    "gallop gather gaze gesture give glance gleam glide glint glisten glow grab grasp grin grip "
    "grow hang hide highlight hold hop hover hug hum hunt ignite illuminate imbue include "
    "integrate intensify intersect intertwine invert invite join jump keep kiss kneel laugh "
    "lead lean leap lie lift light line linger litter live look loom lounge lower lurk make "
    "march meet mend merge mingle minimise minimize mirror mix move need nestle nod offer open "
    "orbit outline overlook paint pass peek peer pepper perch pet pierce place play point "
    "portray pose pour prowl pull push put radiate raise reach read refine reflect remain "
    "replace reply resemble rest reveal ride rise roam run rustle sail say says scatter scream "
    "search see seem serve set share sharpen shatter shift shimmer shine shout show sing sit "
    "sleep slice smile smoke snuggle soak soar soften sparkle speak spill splash splatter spoke "
    "spread sprout squint stack stain stand stare stay stick streak stream stretch strike "
    "suggest surround swallow sway swim swing swirl take taper tell throw touch tower trace "
    "transport travel trot try tumble turn twinkle twist unify use vanish wait walk wander want "
    "watch wave wear weave weep whip whisper wield wind wink work wrap write yawn".split()
)
"""Verbs of pictures, without endings."""
PAST = frozenset(
    "became began came caught comes cradled drew drove fell flew gave goes grew held hung kept "
    "made ran rode rose sang sat saw says spoke stood threw took twinkled went wore".split()
)

ADJECTIVES = frozenset(
    "abandoned able absolute abstract abundant accurate active actual additional adorable "
    "aerial aesthetic afraid alert alive ambient ample ancient angry anxious apparent "
    "appropriate arcane aromatic asleep attractive authentic available average awake aware "
    "awesome awkward bad bare barren beautiful big bitter bizarre bland bleak blind blurry bold "
    "bottom brave brief bright brilliant brisk brittle broad busy calm candid careful casual "
    "cautious charming cheap cheerful chic chilly chubby cinematic classic clean clear clever "
    "close closer coarse cold colorful colossal colourful comfortable common complete complex "
    "confident contemplative contemporary content cool correct cosy cozy crazy creamy creepy "
    "crisp crucial cruel curious curly current cute damp dark dazzling dead dear deep defiant "
    "delicate delicious dense desolate determined different difficult diffuse diffused dim "
    "dirty distant distinct divine double dramatic dreamlike dreamy dry dull dusty dynamic "
    "eager early earthy easy edgy eerie elaborate elderly elegant emotional empty endless "
    "enormous entire epic equal eternal ethereal even evident exact excellent exotic expensive "
    "expressive exquisite extra extravagant extreme faint fair familiar famous fancy fantastic "
    "far fast fat few fierce fiery fifth final fine firm first flat flexible fluffy foggy "
    "foreign formal fourth fragile free fresh frosty full functional funny furry fuzzy gentle "
    "genuine ghostly giant gigantic glamorous glassy gleaming gloomy glorious glossy good "
    "gorgeous graceful gradual grainy grand great greater grim gritty gross grumpy halfway "
    "handheld handwritten happy hard harsh haunting hazy healthy heartfelt heavy helpful high "
    "high-angle higher historic hollow holy hot huge humble humid hungry hyper-realistic iconic "
    "icy ideal idle immense important impressive incredible individual infinite inner innocent "
    "intense intentional intimate intricate inviting irregular jagged joyful juicy keen kind "
    "large larger last late lavish lazy lean left legendary likely limited little lively local "
    "lone lonely long longer loose lost loud lovely low low-angle lower loyal lucky lunar lush "
    "luxurious macabre magical magnificent main majestic major massive matte mature meditative "
    "melancholic merry messy mid-air mighty mild mini miniature minimal minimalist minor misty "
    "modern modest moist moody mossy mournful muddy multiple muscular mysterious mystical naive "
    "narrow nasty natural near neat necessary negative nervous neutral new next nice noble "
    "noisy normal nostalgic numerous obscure obvious odd old open opposite opulent ordinary "
    "organic original ornate otherworldly outer outward overall overcast own pale peaceful "
    "perfect philosophical photo-realistic photorealistic picturesque plain playful pleasant "
    "plump poetic polite poor popular positive possible powerful precious precise present "
    "pretty previous primal primary pristine private professional profound prominent proper "
    "proud pure quaint quick quiet rare raw readable ready real realistic recent regal regular "
    "relaxed rich rigid ripe robust romantic rough round royal rude rugged rural rustic rusty "
    "sad safe salty scary scenic seamless second secret secure sensual separate serene serious "
    "severe shabby shadowy shallow sharp shimmering shiny short shy sick silent silky silly "
    "similar simple single sinister sixth sleek slender slick slight slim slippery sloppy slow "
    "small smaller smoky smooth snowy sober soft softer solemn solid solitary sophisticated "
    "sour sparse special specific spectacular spiritual splendid spooky square stark static "
    "steady steep sterile stern stiff still stoic stormy straight strange strict striking "
    "strong stunning stupid sturdy stylish sublime subtle sudden sunny super superb surreal "
    "sweet swift symmetric symmetrical tall tattered tender tense terrible thick thin third "
    "thoughtful tidy tight tiny tired toned top total tough towering traditional tragic "
    "tranquil translucent transparent tropical true twisted typical ugly ultimate unique "
    "unusual upper upright upwards urban usual vague various vast verdant vibrant vicious "
    "vintage visible visual vital vivid volumetric voluminous vulnerable warm warmer watchful "
    "weak wealthy weary weird wet whimsical whole wicked wide wild windy wise wispy wistful "
    "wonderful worn worthy wrinkled wrong young younger youthful".split()
)
"""Words that alone, or last, name nothing: ``in the warm``."""
NOUN_LIKE_ENDINGS = ("ous", "less", "esque", "ful")
NOUNS_IN_FUL = frozenset("armful bagful handful mouthful spoonful".split())

EMPTY = frozenset(
    "addition air amount appearance area array aspect atmosphere back background bit bottom "
    "camera case center centre color colors colour colours combination composition contrast "
    "corner corners day depth detail details direction distance e edge effect effects eg "
    "element elements emphasis end environment essence etc example fact feeling figure figures "
    "focus foreground form frame framing front g group hand hands height hint home hour i idea "
    "ie image images inch inches kind left length lens letter letters level life line lines "
    "look lot lots middle minute mix moment mood nature nd number ok others overall pair part "
    "parts people person photo photograph picture pictures piece place point position presence "
    "prompt quality quot range rd representation resolution right row rows s scene scenes sense "
    "series set setting shape shapes shot side sides size sort space st step steps style "
    "subject subjects surface surroundings t text th thing things time tone top touch type use "
    "variety view viewer viewers vs way ways weight width word words world x year years".split()
)
"""Nouns that alone are nothing to put into a prompt."""
PARTITIVES = frozenset(
    "amount array bit combination dream element feeling hint kind lot lots mix number part "
    "range row rows sense series sort touch type use variety".split()
)
"""Before ``of`` they are left out: of ``a sense of wonder`` wonder is the item."""

NUMBERS = frozenset("dozen eight eleven five four nine seven six ten three twelve two".split())
PLACES = frozenset(
    "top bottom left right upper lower first second third last other same overall whole entire "
    "main various different certain special deep strong general".split()
)
"""Adjectives that make nothing of an empty noun: ``upper left corner``."""
