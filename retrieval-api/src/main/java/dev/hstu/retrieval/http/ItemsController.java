package dev.hstu.retrieval.http;

import dev.hstu.encoder.model.Model;
import dev.hstu.index.live.AttributeValue;
import dev.hstu.index.live.ItemAttributes;
import dev.hstu.index.live.ItemUpdate;
import dev.hstu.index.live.LiveIndex;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.serving.GenerationLease;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.serving.ServiceMetrics;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.json.JsonMapper;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/// `/items`: changes of items while they are served. An answer means that the change is on the
/// disk; it is searchable within a second, over whatever generation serves then.
@Controller(ItemsController.PATH)
@Tag(name = "items")
@ExecuteOn(TaskExecutors.BLOCKING)
@AnswersWithProblems
final class ItemsController {

  static final String PATH = "/items";

  static final String BULK_PATH = PATH + "/bulk";
  private static final byte[] NO_BODY = new byte[0];

  private final GenerationSwitch generations;
  private final ProblemResponses problems;
  private final ServiceMetrics metrics;
  private final JsonMapper json;

  ItemsController(
      GenerationSwitch generations,
      ProblemResponses problems,
      ServiceMetrics metrics,
      JsonMapper json) {
    this.generations = generations;
    this.problems = problems;
    this.metrics = metrics;
    this.json = json;
  }

  @Audited("put-item")
  @Needs(Role.WRITE)
  @Put("/{id}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "putItem",
      summary = "Gives an item a vector and attributes, and makes it one where it is none",
      description =
          "The vector is of length 1 and made by the model that serves. Without one, an item whose"
              + " labels the model was trained with has the vector that they give it. Attributes"
              + " replace all the item had; without any it keeps them",
      requestBody =
          @RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON,
                      schema = @Schema(implementation = ItemUpdateSchema.class))))
  @ApiResponse(
      responseCode = "200",
      description = "Durable",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = UpdateReceipt.class)))
  HttpResponse<?> put(String id, HttpRequest<byte[]> request) {
    byte[] body = request.getBody().orElse(NO_BODY);
    return answer(lease -> take(lease, reader(lease).upsert(id, body)));
  }

  @Audited("delete-item")
  @Needs(Role.WRITE)
  @Delete("/{id}")
  @Operation(
      operationId = "deleteItem",
      summary = "Takes an item out; of an unknown one nothing happens")
  @ApiResponse(
      responseCode = "200",
      description = "Durable",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = UpdateReceipt.class)))
  HttpResponse<?> delete(String id) {
    return answer(lease -> take(lease, ItemUpdateReader.delete(id)));
  }

  @Audited("bulk-items")
  @Needs(Role.WRITE)
  @Post("/bulk")
  @Consumes(SetsController.NDJSON)
  @Produces({SetsController.NDJSON, MediaType.APPLICATION_JSON})
  @Operation(
      operationId = "bulkItems",
      summary = "Puts and deletes many items, one JSON object a line",
      description =
          "Lines are as the body of PUT with an id, or an id and delete true. Each line is answered"
              + " by one, in order; lines that cannot be taken don't keep others from it")
  @ApiResponse(
      responseCode = "200",
      description = "One result a line",
      content =
          @Content(
              mediaType = SetsController.NDJSON,
              schema = @Schema(implementation = LineResult.class)))
  HttpResponse<?> bulk(@Body InputStream body, HttpRequest<?> request) {
    return answer(
        lease -> {
          LiveIndex live = UpdateProblems.liveIndex(lease);
          try (InputStream lines = body) {
            BulkUpdates updates = new BulkUpdates(live, reader(lease), json);
            byte[] results = updates.take(lines);
            AuditFilter.detail(request, updates.counts());
            metrics.itemsUpdated(updates.taken());
            return HttpResponse.ok(results).contentType(SetsController.NDJSON);
          } catch (IOException e) {
            // Of the reading only: what fails in taking the lines is their answer.
            return problems.of(BrokenUpload.problem(e));
          }
        });
  }

  private HttpResponse<?> take(GenerationLease lease, ItemUpdate update) {
    try {
      long sequence = UpdateProblems.liveIndex(lease).submit(List.of(update)).join();
      metrics.itemsUpdated(1);
      return HttpResponse.ok(
          new UpdateReceipt(
              update.id(),
              sequence,
              lease.generation().manifest().id(),
              UpdateReceipt.SEARCHABLE_WITHIN_MILLIS));
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /// Answers under one lease, by the problem where that fails.
  private HttpResponse<?> answer(Function<GenerationLease, HttpResponse<?>> work) {
    Optional<GenerationLease> lease = generations.lease();
    if (lease.isEmpty()) {
      return problems.of(
          Problem.of(ProblemType.NOT_READY, "no generation serves yet; try again later"));
    }
    try (GenerationLease held = lease.get()) {
      return work.apply(held);
    } catch (InvalidRequestException | CompletionException | IllegalArgumentException e) {
      return problems.of(UpdateProblems.of(e));
    }
  }

  private static ItemUpdateReader reader(GenerationLease lease) {
    LiveIndex live = UpdateProblems.liveIndex(lease);
    Model model = lease.generation().model();
    return new ItemUpdateReader(
        lease.generation().manifest().dimension(),
        live.generation().attributes().columns(),
        attributes -> model.vectorOfLabels(column -> labels(attributes, column)));
  }

  private static List<String> labels(ItemAttributes attributes, String column) {
    return attributes.of(column) instanceof AttributeValue.Labels(String name, List<String> labels)
        ? labels
        : List.of();
  }
}
