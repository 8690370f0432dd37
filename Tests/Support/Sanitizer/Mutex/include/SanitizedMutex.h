// Nothing to import: the target is linked for the symbols that it defines.
