"""Two things that Hadoop does in Spark's Java, and that cost much where there is little data."""

from pathlib import Path
from typing import Any

LOCAL_FILES = Path(__file__).with_name("LocalFiles.java")
NAME = "segmentation.LocalFiles"


def set_permissions_itself(jvm: Any) -> None:
    """Have Java set the permissions of files on this machine itself from now on. `jvm` is the view that Py4J has of it.

    Hadoop has a library of machine code for it. Where that is missing, as in pyspark, it starts a program, `chmod`, for
    each file and folder that it makes: hundreds in a run. `LocalFiles.java` is compiled by the compiler that Spark has
    for the code that it generates, so nothing has to be installed. It is for a Java that works on this machine only;
    the executors of a cluster go on as they are.
    """
    if jvm.org.apache.hadoop.util.NativeCodeLoader.isNativeCodeLoaded():
        return
    from py4j.protocol import Py4JError

    try:
        compiler = jvm.org.codehaus.janino.SimpleCompiler()
        compiler.cook(LOCAL_FILES.read_text(encoding="utf-8"))
        compiler.getClassLoader().loadClass(NAME).newInstance().run()
    except Py4JError as error:  # of a Spark that is not ours; it is slower then, and nothing else
        print(f"Java starts a program for the permissions of each file: {str(error).splitlines()[0]}", flush=True)


def forget_origins(jvm: Any, context: Any) -> None:
    """Have Hadoop forget which file each of its settings comes from. `context` is Spark's of Java, by Py4J.

    The settings, over a thousand, travel with all that is read and written, and Hadoop compresses the origin of each on
    its own. Without them that takes a sixth of the time: a fifteenth of all that a small stage does.
    """
    from py4j.protocol import Py4JError

    try:
        # Who asks first for these has Hadoop know more files, and read all of them anew.
        jvm.org.apache.hadoop.mapred.JobConf()
        jvm.org.apache.hadoop.hdfs.HdfsConfiguration()
        configuration = context.hadoopConfiguration()
        configuration.size()  # reads them
        origins = configuration.getClass().getDeclaredField("updatingResource")
        origins.setAccessible(True)
        found = origins.get(configuration)
        if found is not None:
            found.clear()
    except (Py4JError, TypeError) as error:  # of a Hadoop that is not ours
        print(f"Hadoop's settings keep their origins: {str(error).splitlines()[0]}", flush=True)
