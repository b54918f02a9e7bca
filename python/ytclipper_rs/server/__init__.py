"""The reference server: the engine behind HTTP and a WebSocket.

`pip install ytclipper-rs[server]` brings what it needs.

Example:
    uvicorn.run(create_app(ServerSettings(workers=2)), port=8000)
"""

from .app import create_app
from .picks import Pick, Picker
from .settings import ServerSettings

__all__ = ["Pick", "Picker", "ServerSettings", "create_app"]
