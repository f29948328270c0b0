// One image.
