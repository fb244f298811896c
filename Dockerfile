FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000 VAR_DIR=/var/lib/ringbinder
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt

COPY . .
RUN useradd --system --no-create-home ringbinder \
    && install --directory --owner ringbinder "$VAR_DIR"
USER ringbinder
# The key is for this one command only; the real one comes from the environment.
RUN SECRET_KEY=build python manage.py collectstatic --noinput

EXPOSE 8000
CMD ["bin/web"]
