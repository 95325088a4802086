"""What the web server loads into each of its processes: the application, with its settings from the environment."""

from . import settings
from .app import create_app

app = create_app(settings.database_path(), settings.optional())
