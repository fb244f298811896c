import os

# Before numpy is imported: our matrices are narrow, and threads that wait for one another on a busy machine cost
# many times what they save.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
