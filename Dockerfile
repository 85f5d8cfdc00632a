# One image for Airflow and Spark, so that Python, Java and pyspark are the same everywhere.
# The project's own tests have no Docker engine, so this image has not been built there; its rules are checked.
FROM apache/airflow:3.3.2-python3.11

USER 0
# Debian keeps only the newest build of a package, so a pinned one would soon be gone.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jre-headless procps \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 50000 -g 0 -m 0750 /opt/segmentation /opt/airflow/state /warehouse /spark-events /spark-recovery

USER 50000
WORKDIR /opt/segmentation
COPY --chown=50000:0 pyproject.toml uv.lock ./
# The lock decides every package. Without its resolver pip cannot bring in pyspark-client, whose files would
# overwrite pyspark's with another version.
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv export --frozen --no-emit-project --group cluster --quiet --output-file /tmp/requirements.txt \
    && pip uninstall --yes pyspark-client pyspark \
    && pip install --no-cache-dir --no-deps --require-hashes -r /tmp/requirements.txt

COPY --chown=50000:0 dags dags
COPY --chown=50000:0 include include
COPY --chown=50000:0 plugins plugins
COPY --chown=50000:0 spark_jobs spark_jobs

ENV SPARK_HOME=/home/airflow/.local/lib/python3.11/site-packages/pyspark \
    SPARK_CONF_DIR=/opt/segmentation/include/spark \
    PYTHONPATH=/opt/segmentation/include \
    SEGMENTATION_WAREHOUSE=/warehouse \
    SEGMENTATION_FILES_ROOT=/data \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/segmentation/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/segmentation/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False
