"""Stands in the package for the picture library, which the paper library loads and our papers never use.

Left out with it are some fifteen decoders of picture formats: code that only a hostile file would ever reach.
"""
