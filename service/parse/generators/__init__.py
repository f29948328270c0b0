"""The generators that write their settings as texts: one module or folder each."""
