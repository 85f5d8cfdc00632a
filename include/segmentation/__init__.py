"""The one package that the DAG and the Spark jobs share."""
