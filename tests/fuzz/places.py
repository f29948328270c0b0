"""The tags whose texts are fuzzed; an input's first byte chooses one."""

PLACES = (
    *(
        "PNG:Parameters",
        "PNG:Prompt",
        "PNG:Workflow",
        "ExifIFD:UserComment",
        "PNG:Comment",
        "PNG:Description",
    ),
    *(
        "PNG:Dream",
        "PNG:Sd-metadata",
        "PNG:Invokeai_metadata",
        "PNG:Invokeai_graph",
        "PNG:Generation_data",
    ),
    *(
        "PNG:Parameters-json",
        "PNG:Smproj",
        "PNG:Fooocus_scheme",
        "PNG:Software",
        "PNG:Title",
        "PNG:Source",
    ),
    *(
        "IFD0:ImageDescription",
        "IFD0:Make",
        "IFD0:Model",
        "IFD0:Artist",
        "XMP-dc:Description",
        "XMP-exif:UserComment",
    ),
    *(
        "Stealth:Alpha",
        "File:Comment",
        "QuickTime:Comment",
        "PNG:Negative_prompt",
        "PNG:Seed",
        "PNG:Extra",
    ),
    *("Sidecar:.txt", "Sidecar:.json", "Sidecar:log.html", "CBOR:Actions"),
)
