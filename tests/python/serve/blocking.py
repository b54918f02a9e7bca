"""The negative control: the same server, but its endpoint waits for the job in the loop's thread,
as the plan's server does."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from ytclipper_rs.server import ServerSettings, create_app, orders
from ytclipper_rs.server.bodies import ProcessBody
from ytclipper_rs.server.run import run

router = APIRouter()


@router.post("/control/process")
async def process(request: Request, body: ProcessBody) -> Response:
    """Waits by the blocking twin."""
    service = request.app.state.service
    order = orders.process(service, body)
    project = service.engine.submit(order.steps[0](())).result()
    return JSONResponse(await order.answer([project]))


if __name__ == "__main__":
    settings = ServerSettings()
    app = create_app(settings)
    app.include_router(router)
    run(app, settings)
