"""Rows of `generations` as Generation, and back."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from bot.core.enhancement import Enhancement
from bot.core.generation import (
    Address,
    Delivery,
    DrawSpec,
    Forgotten,
    Generation,
    NewGeneration,
    Outcome,
)
from engine.lora import Lora


def new_row(new: NewGeneration, *, tag: float, created_ms: int) -> dict[str, Any]:
    """The values of a row that was just admitted."""
    return {
        **_request(new),
        "outcome": Outcome.QUEUED,
        "delivery": Delivery.PENDING,
        "attempt": 0,
        "counted_attempts": 0,
        "begun": False,
        "tag": tag,
        "error_data": {},
        "pictures": [],
        "created_ms": created_ms,
    }


def _request(new: NewGeneration) -> dict[str, Any]:
    spec = new.spec
    return {
        "id": new.id,
        "event_key": new.event_key,
        "requester": new.requester,
        **address_row(new.address),
        "parent_chat": new.address.parent_chat,
        "locale": new.locale,
        "prompt": spec.prompt,
        "negative_prompt": spec.negative_prompt,
        "width": spec.width,
        "height": spec.height,
        "steps": spec.steps,
        "guidance": spec.guidance,
        "seed": spec.seed,
        "count": spec.count,
        "source": spec.source,
        "strength": spec.strength,
        "loras": [lora.model_dump() for lora in spec.loras],
        "enhancement": asdict(spec.enhancement) if spec.enhancement else None,
        "model": new.model,
        "cost": new.cost,
        "parent_id": new.parent_id,
        "notes": list(new.notes),
        "private": new.private,
        "spoiler": new.spoiler,
        "price": new.price,
        "scope": new.scope,
    }


def generation_of(row: Mapping[Any, Any]) -> Generation:
    return Generation(
        id=row["id"],
        event_key=row["event_key"],
        requester=row["requester"],
        address=replace(address_of(row), parent_chat=row["parent_chat"]),
        locale=row["locale"],
        spec=_spec_of(row),
        model=row["model"],
        cost=row["cost"],
        parent_id=row["parent_id"],
        notes=tuple(row["notes"]),
        private=row["private"],
        spoiler=row["spoiler"],
        price=row["price"],
        scope=row["scope"],
        outcome=Outcome(row["outcome"]),
        delivery=Delivery(row["delivery"]),
        attempt=row["attempt"],
        counted_attempts=row["counted_attempts"],
        begun=row["begun"],
        lease_until=row["lease_until"],
        tag=row["tag"],
        status_message=row["status_message"],
        error_code=row["error_code"],
        error_data=row["error_data"],
        ended_by=row["ended_by"],
        pictures=tuple(row["pictures"]),
        preview=row["preview"],
        created_ms=row["created_ms"],
        started_ms=row["started_ms"],
        begun_ms=row["begun_ms"],
        finished_ms=row["finished_ms"],
        delivered_ms=row["delivered_ms"],
        undeliverable_reason=row["undeliverable_reason"],
        forgotten=None if row["forgotten"] is None else Forgotten(row["forgotten"]),
    )


def address_row(address: Address) -> dict[str, Any]:
    """Without the parent, which matters to requests alone."""
    return {
        "platform": address.platform,
        "chat": address.chat,
        "thread": address.thread,
        "request_message": address.request_message,
        "reply_token": address.reply_token,
    }


def address_of(row: Mapping[Any, Any]) -> Address:
    return Address(
        platform=row["platform"],
        chat=row["chat"],
        thread=row["thread"],
        request_message=row["request_message"],
        reply_token=row["reply_token"],
    )


def _spec_of(row: Mapping[Any, Any]) -> DrawSpec:
    return DrawSpec(
        prompt=row["prompt"],
        negative_prompt=row["negative_prompt"],
        width=row["width"],
        height=row["height"],
        steps=row["steps"],
        guidance=row["guidance"],
        seed=row["seed"],
        count=row["count"],
        source=row["source"],
        strength=row["strength"],
        loras=tuple(Lora.model_validate(lora) for lora in row["loras"]),
        enhancement=None if row["enhancement"] is None else Enhancement(**row["enhancement"]),
    )
