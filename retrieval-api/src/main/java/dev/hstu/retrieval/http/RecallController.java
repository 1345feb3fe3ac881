package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.receipts.RecallReceipts;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;

/// `GET /recall`: how much of the exact top k live queries got.
@Controller
@Tag(name = "operation")
final class RecallController {

  private final RecallReceipts receipts;

  RecallController(RecallReceipts receipts) {
    this.receipts = receipts;
  }

  @Needs(Role.READ)
  @Get("/recall")
  @ExecuteOn(TaskExecutors.BLOCKING)
  @Operation(
      operationId = "recall",
      summary = "Recall of live queries, by generation and by how much their filters let through",
      description =
          "A share of the answers is answered again exactly in idle time; /metrics has the same as"
              + " hstu_recall")
  RecallResponse recall() {
    return RecallResponse.of(receipts.report());
  }
}
