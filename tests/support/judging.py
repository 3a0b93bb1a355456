"""Judging a whole act, as the server does."""

from __future__ import annotations

from datetime import date, datetime

from scantrail.domain.acts.act import Act
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.sight import made_by
from scantrail.domain.acts.world import World
from scantrail.domain.judge import Judgement, goods_refusal, judge
from scantrail.domain.scans.reading import Said


def judge_act(act: Act, said: Said | None, world: World, at: datetime, today: date) -> Judgement:
    """Judge an act of a device that happened then."""
    return judge(act.draft, made_by(act, at), said, world, today)


def forbidden_goods(act: Act, world: World) -> Refusal | None:
    """What the goods of an act forbid."""
    return goods_refusal(act.draft, made_by(act), world)
