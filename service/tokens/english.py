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
        "much neither no one other others same several some such these this those".split()
    )
)
"""They open a noun phrase and are no part of an item."""

PRONOUNS = frozenset(
    "anyone anything everybody everyone everything he he'd he's here hers herself him himself "
    "how i i'm i've it it's itself me mine myself nobody none nothing ours ourselves she she'd "
    "she's somebody someone something that that's theirs them themselves there there's they "
    "they're us we we're what whatever when where which who who's whoever whom why you you're "
    "yours yourself".split()
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
    "awning backlighting bedding beijing being beings binding bling building buildings "
    "ceiling cel-shading clearing clothing coating cross-hatching crosshatching crossing "
    "darling dining drawing drawings duckling dumpling dumplings dwelling earring earrings "
    "engraving etching evening everything filling flooring framing frosting herring "
    "hot-spring icing king kings landing lettering lighting lightning lining living ming "
    "morning offering opening packaging painting paintings parking photobashing piping "
    "plating posing pudding railing railings rendering ring rings roofing sapling saplings "
    "scaffolding seedling setting shading sibling siding sitting-room skateboarding sling "
    "spotlighting spring sterling stitching stocking stockings storytelling streaming string "
    "strings styling swimming swing topping toppings trimming tubing underling viking vikings "
    "wedding wing wing-like wings wiring worldbuilding writing".split()
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
    "absorb accentuate add admire adorn aim allow anchor appear appreciate approach arch "
    "argue arrive attack balance bark bask bathe battle beckon become begin bend blend bless "
    "block bloom blow blur blush bob bounce bow break breathe brew bring brush buckle build "
    "bulge burn burst button buy capture carry carve cascade cast change channel chant charge "
    "chase chat chirp chop circle clean climb cling close clutch coil collapse combine "
    "command complement complete compose conduct conjure connect consist consume contain "
    "contemplate contort contrast converse convey cook cool cost cover crack crackle cradle "
    "crash crawl create creep cross crouch crown crumble cry cuddle cup curl curse curve cut "
    "dance dangle decay decorate defend deliver depart depict descend devour discover display "
    "dissolve distinguish dive dock dominate dot drape draw dream drench dress drift drink "
    "drip drive drop drown dry duel eat echo embrace emerge emit emphasize engulf enhance "
    "ensure enter envelop escape evoke exaggerate examine explore extend exude face fade fall "
    "feature feed feel fight fill finish fish fix flap flare flash flee flicker flip float "
    "flood flow flutter fly fold follow forge frame freeze frown gallop gather gaze gesture "
    "give glance gleam glide glint glisten glow grab grasp greet grin grip groom grow growl "
    "guide gush hammer hang harness harvest heat hide highlight hike hoist hold hop host "
    "hover howl hug hum hunt hurl hurtle ignite illuminate imbue include inspect integrate "
    "intensify intersect intertwine invert invite join juggle jump jut keep kiss knead kneel "
    "knit lace land lash laugh lay lead lean leap learn lecture lie lift light line linger "
    "litter live load look loom lounge lower lurk make march meditate meet melt mend merge "
    "mingle minimise minimize mirror mix moor move need nestle nod notice observe offer open "
    "orbit outline overlap overlook paddle paint pass peek peel peer pepper perch perform pet "
    "pick pierce pilot place plant plate play pluck plunge point poke polish ponder portray "
    "pose pounce pound pour prance pray present press protect protrude prowl pull purr push "
    "put radiate raise reach read receive refine reflect remain repair replace reply resemble "
    "rest retreat reveal ride ripple rise roam roar rock roll rot row rumble run rust rustle "
    "sag sail salute say says scatter scoop scramble scream scurry search see seem seep sell "
    "serve set settle sew shade shape share sharpen shatter shave shelter shift shimmer shine "
    "shoot shout show sift sing sit skim slam sleep slice slide slither smash smile smoke "
    "sneak snuggle soak soar soften span sparkle speak spill splash splatter split spoke "
    "spread sprinkle sprout squeeze squint stack stain stalk stand stare stay steer stick "
    "stir store streak stream stretch stride strike stroll strut study suggest summon "
    "surround swallow swarm sway sweep swim swing swirl swoop take taper teach tell tend "
    "throw tie tiptoe touch tow tower trace transport travel tread trickle trot trudge try "
    "tug tumble turn twinkle twist undress unfold unify unroll use vanish wait walk wander "
    "want warm wash watch water wave wear weave weep weigh wheel whip whisper whistle wield "
    "wind wink work wrap write yawn zip".split()
)
"""Verbs of pictures, without endings."""
NOUNS_TOO = frozenset(
    "anchor anchors approach arch arches attack attacks balance bark battle battles blend "
    "block blocks bloom blooms blur blush bob bow bows break breaks brush brushes buckle "
    "buckles build burst bursts button buttons call channel charge circle circles close coil "
    "coils command complete contrast cool cost cover covers crack cracks cross crosses crown "
    "crowns cup cups curse curses curve curves cut cuts dance decay display displays dive "
    "dock docks dot dots draw dream dreams dress dresses drink drinks drip drips drive drop "
    "drops duel echo embrace end escape face faces fall falls feature features feed feeds "
    "fill finish fish flare flares flash flashes fold folds forge frame frames frown gaze "
    "glow grin grip growl guard guide guides hammer hammers hand hands harvest head highlight "
    "highlights host howl kiss lace laces land lands lash lashes lead lift light lights line "
    "lines litter live load look march mark marks mirror mirrors mix offer open orbit outline "
    "outlines paint peel perch pick pilot place places plant plants plate plates play point "
    "points polish pose pound pounds present presents press race repair rest ripple ripples "
    "roar rock rocks roll rolls row rows rust sail sails scoop scream search set sets settle "
    "shade shades shape shapes share shelter shine shoot shoots show shows sleep slice slices "
    "slide slides smile smoke span sparkle sparkles spill splash splashes split stack stacks "
    "stain stains stalk stalks stare step steps stick sticks store stores stream streams "
    "stretch stride study surface swarm swing swings swirl swirls taste tear tie ties touch "
    "tower towers transport twist twists warm wash watch water waters wave waves wheel wheels "
    "whip whistle wind winds wink work works wrap wraps zip".split()
)
"""Verbs that are nouns as well: verbs only where what follows leaves no other way."""
PAST = frozenset(
    "became began came caught comes cradled drew drove fell flew gave goes grew held hung kept "
    "made ran rode rose sang sat saw says spoke stood threw took twinkled went wore".split()
)

ADJECTIVES = frozenset(
    "abandoned able abrupt absent absolute abstract abundant accurate active actual "
    "additional adorable adult aerial aesthetic afraid alert alive ambient ambitious ample "
    "ancient angry anonymous anxious apparent appropriate arcane arid aromatic artificial "
    "asleep astonishing athletic attractive authentic available average awake aware awesome "
    "awkward bad barbaric bare barren beautiful bewitching big bitter bizarre bland bleached "
    "bleak blind blissful blurry boisterous bold botanical bottom bountiful brave brazen "
    "brief bright brighter brilliant brisk brittle broad bulky burly busy calm calming candid "
    "captivating carefree careful casual cautious celestial ceremonial chaotic charming cheap "
    "cheeky cheerful chic chilly chubby chunky cinematic civilized classic clean clear "
    "clearer clever close closer closest clumsy coarse cold colorful colossal colourful "
    "comfortable common compact complete complex confident contemplative contemporary content "
    "contented cool correct cosy cozy crazy creamy creepy crisp crooked crowded crucial crude "
    "cruel cryptic curious curly current curved cute damaged damp dark darker dashing "
    "dazzling dead dear decadent decayed deep deeper defiant delicate delicious dense "
    "deserted desolate desperate determined devilish different difficult diffuse diffused "
    "dignified dim dirty disheveled distant distinct distressed divine dominant double "
    "dramatic dreamlike dreamy dreary drenched dry dull dusky dusty dynamic eager early "
    "earnest earthy easy ecstatic edgy eerie elaborate elderly electric elegant elongated "
    "emotional empty enchanted enchanting endless engaging enigmatic enormous enraged entire "
    "epic equal eternal ethereal even evident exact excellent exhausted exotic expansive "
    "expensive exposed expressive exquisite extra extravagant extreme exuberant faint fair "
    "familiar famous fancy fantastic far fast fat fearless feminine feral festive few fierce "
    "fiery fifth final fine firm first flamboyant flat flexible flickering floral fluffy "
    "foggy foreign forlorn formal formidable fourth fragile fragrant frail frantic free fresh "
    "frosted frosty full functional funny furry futuristic fuzzy gentle genuine geometric "
    "ghostly giant gigantic gilded glamorous glassy glazed gleaming gleeful glittering gloomy "
    "glorious glossy good gorgeous gothic graceful gracious gradual grainy grand graphic "
    "great greater grim gritty gross grotesque grumpy halfway handheld handwritten happy hard "
    "harsh haunting hazy healthy heartfelt heavy helpful heroic hidden high high-angle higher "
    "historic hollow holy honest hopeful hot huge humble humid hungry hyper-realistic iconic "
    "icy ideal idle idyllic illuminated immaculate immense immersive important imposing "
    "impressive incredible individual industrial infinite inner innocent inquisitive "
    "inspiring intelligent intense intentional interested interlocking intimate intimidating "
    "intricate introspective invisible inviting ironic irregular jagged joyful joyous juicy "
    "keen kind kinetic knitted lacquered lanky large larger last late lavish layered lazy "
    "leafy lean left legendary lifelike likely limited liquid literary little lively local "
    "lone lonely lonesome long longer loose lost loud lovely low low-angle lower loyal lucky "
    "luminous lunar lush luxurious lyrical macabre magical magnificent main majestic major "
    "masculine massive matte mature mechanical meditative melancholic menacing merry "
    "mesmerizing messy metallic meticulous mid-air mighty mild mini miniature minimal "
    "minimalist minor misshapen misty modern modest moist monumental moody mossy mournful "
    "muddy multiple mundane muscular mysterious mystical mythical naive narrow nasty natural "
    "near nearest neat necessary negative neglected nervous neutral new next nice noble "
    "nocturnal noisy normal nostalgic numerous obscure obvious odd old ominous opaque open "
    "opposite opulent ordinary organic original ornamental ornate otherworldly outer outward "
    "overall overcast oversized own pale patchy patient peaceful pensive perfect perilous "
    "philosophical photo-realistic photorealistic picturesque plain playful pleasant plump "
    "poetic polished polite poor popular positive possible powdery powerful precious precise "
    "pregnant prehistoric present pretty previous primal primary primordial pristine private "
    "professional profound prominent proper proud puffy pure quaint quick quiet quirky "
    "radiant ragged rapid rare raw readable ready real realistic recent reflective regal "
    "regular relaxed relentless reluctant remote resilient resolute retro reverent rich rigid "
    "ripe robotic robust rocky romantic rotten rough round rowdy royal rude rugged rural "
    "rustic rusty sad safe salty sandy satisfied scary scenic scruffy seamless second secret "
    "secure seductive sensual separate serene serious severe shabby shadowy shaggy shallow "
    "sharp sheer shimmering shiny shivering short shy sick silent silky silly similar simple "
    "single sinister sixth skeletal skinny sleek sleepy slender slick slight slim slimy "
    "slippery sloppy slow small smaller smart smoky smooth smug snowy snug sober soft softer "
    "solar solemn solid solitary somber sombre sophisticated sour spacious sparkling sparse "
    "special specific spectacular spiky spiral spiritual splendid spooky spotless square "
    "stark stately static steady steamy steep sterile stern stiff still stoic stormy straight "
    "strange strict striking strong stronger stunning stupid sturdy stylish sublime subtle "
    "sudden sultry sunny super superb surprised surreal suspicious sweet swift swollen "
    "symmetric symmetrical tall taller tangled tart tasty tattered teal-tinted technical "
    "tempting tender tense terrible theatrical thick thicker thin thinner third thorny "
    "thoughtful threadbare thriving tidy tight tiny tired toned top total tough towering "
    "toxic traditional tragic tranquil translucent transparent tribal tropical true turbulent "
    "twisted typical ugly ultimate unfinished unique unknown unreal untamed unusual uplifting "
    "upper upright upwards urban usual vacant vague various vast velvety venomous verdant "
    "vibrant vicious victorian vigilant vintage violent visible visual vital vivid volcanic "
    "volumetric voluminous vulnerable warm warmer wary watchful waxy weak wealthy weary "
    "weathered weird wet whimsical whole wholesome wicked wide wider wild windy wiry wise "
    "wispy wistful withered wonderful wooden woolen worn worried worthy wounded wrinkled "
    "wrong yellowish young younger youthful zealous".split()
)
"""Words that alone, or last, name nothing: ``in the warm``."""
NOUN_LIKE_ENDINGS = ("ous", "less", "esque", "ful")
NOUNS_IN_FUL = frozenset("armful bagful handful mouthful spoonful".split())

EMPTY = frozenset(
    "addition age air amount appearance arc area array aspect atmosphere audience back "
    "background base bit body bottom camera captivating case catch center centre color colors "
    "colour colours combination composition contrast corner corners curve day depth detail "
    "details direction distance e edge edges effect effects eg element elements emphasis end "
    "entity environment essence etc example fact feeling figure figures finish focal focus "
    "foreground form frame framing front g glory group hand hands height hint home hour i "
    "idea ie image images inch inches kind left length lens letter letters level life line "
    "lines look lot lots middle minute mix moment mood movement nature nd number ok others "
    "overall pair part parts people person photo photograph picture pictures piece place "
    "point position presence prompt quality quot range rd representation resolution right row "
    "rows s scene scenes sense series set setting shape shapes shot side sides size sort "
    "space spark st start step steps style subject subjects surface surroundings t text th "
    "thing things time tone top touch type use variety view viewer viewers vs way ways weight "
    "width word words world x year years".split()
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
