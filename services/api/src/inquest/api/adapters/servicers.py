"""The gRPC services of the facade, for the process's server. What needs gRPC is imported when it starts."""

from typing import Any

from inquest.api.controls import Controls
from inquest.api.dead import Dead
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.identity import Authenticator
from inquest.runtime import Servicer


def make_servicers(
    operations: Operations, incidents: Incidents, controls: Controls, dead: Dead, tokens: Authenticator
) -> tuple[Servicer, ...]:
    """Return the services; each asks who it is for each call."""

    def add_investigations(server: Any) -> None:
        from inquest.api.adapters.grpc_server import InvestigationServicer  # noqa: PLC0415 - see the module's docstring
        from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415

        rpc.add_InvestigationServiceServicer_to_server(InvestigationServicer(operations, tokens), server)

    def add_incidents(server: Any) -> None:
        from inquest.api.adapters.grpc_incidents import IncidentServicer  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415

        rpc.add_IncidentServiceServicer_to_server(IncidentServicer(incidents, tokens), server)

    def add_controls(server: Any) -> None:
        from inquest.api.adapters.grpc_controls import ControlServicer  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415

        rpc.add_ControlServiceServicer_to_server(ControlServicer(controls, tokens), server)

    def add_budgets(server: Any) -> None:
        from inquest.api.adapters.grpc_budgets import BudgetServicer  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415

        rpc.add_BudgetServiceServicer_to_server(BudgetServicer(controls.budgets, tokens), server)

    def add_approvals(server: Any) -> None:
        from inquest.api.adapters.grpc_approvals import ApprovalServicer  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415

        rpc.add_ApprovalServiceServicer_to_server(ApprovalServicer(controls.approvals, tokens), server)

    def add_switches(server: Any) -> None:
        from inquest.api.adapters.grpc_switches import SwitchServicer  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415

        rpc.add_SwitchServiceServicer_to_server(SwitchServicer(controls.provider_switches, tokens), server)

    def add_dead(server: Any) -> None:
        from inquest.api.adapters.grpc_dead import DeadLetterServicer  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415

        rpc.add_DeadLetterServiceServicer_to_server(DeadLetterServicer(dead, tokens), server)

    return (
        Servicer("inquest.v1.InvestigationService", add_investigations),
        Servicer("inquest.v1.IncidentService", add_incidents),
        Servicer("inquest.v1.ControlService", add_controls),
        Servicer("inquest.v1.BudgetService", add_budgets),
        Servicer("inquest.v1.ApprovalService", add_approvals),
        Servicer("inquest.v1.SwitchService", add_switches),
        Servicer("inquest.v1.DeadLetterService", add_dead),
    )
