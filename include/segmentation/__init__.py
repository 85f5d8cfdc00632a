"""The one package that the DAG and the Spark jobs share.

Its rooms, from the ground up: common, config, planning, warehouse, engine, sources, stages, running, pages. A module
imports from its own room and from those before it. `read` is for other programs.
"""
