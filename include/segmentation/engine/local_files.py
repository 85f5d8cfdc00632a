"""Have Spark's Java set the permissions of files on this machine itself.

Hadoop has a library of machine code for it. Where that is missing, as in pyspark, it starts a program, `chmod`, for
each file and folder that it makes: hundreds in a run. `LocalFiles.java` is compiled by the compiler that Spark has for
the code that it generates, so nothing has to be installed. It is for a Java that works on this machine only; the
executors of a cluster go on as they are.
"""

from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("LocalFiles.java")
NAME = "segmentation.LocalFiles"


def install(jvm: Any) -> None:
    """From now on, in this Java, unless Hadoop has its library there. `jvm` is the view that Py4J has of it."""
    if jvm.org.apache.hadoop.util.NativeCodeLoader.isNativeCodeLoaded():
        return
    from py4j.protocol import Py4JError

    try:
        compiler = jvm.org.codehaus.janino.SimpleCompiler()
        compiler.cook(SOURCE.read_text(encoding="utf-8"))
        compiler.getClassLoader().loadClass(NAME).newInstance().run()
    except Py4JError as error:  # of a Spark that is not ours; it is slower then, and nothing else
        print(f"Java starts a program for the permissions of each file: {str(error).splitlines()[0]}", flush=True)
