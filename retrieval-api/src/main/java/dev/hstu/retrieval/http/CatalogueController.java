package dev.hstu.retrieval.http;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.serving.GenerationLease;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.titles.TitleSearch;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/// `GET /items`, `GET /items/{id}` and `GET /attributes`: what there is to look at, for people and
/// for who writes filters. Changes of items are [ItemsController]'s.
@Controller
@Tag(name = "items")
@ExecuteOn(TaskExecutors.BLOCKING)
@AnswersWithProblems
final class CatalogueController {

  /// Most items of one answer: a screen of them.
  static final int MAX_ITEMS = 100;

  private static final int DEFAULT_ITEMS = 20;

  /// Longest query in UTF-16 units.
  private static final int MAX_QUERY = 200;

  private final GenerationSwitch generations;
  private final TitleSearch titles;
  private final Refusals refusals;
  private final ProblemResponses problems;

  CatalogueController(
      GenerationSwitch generations,
      TitleSearch titles,
      Refusals refusals,
      ProblemResponses problems) {
    this.generations = generations;
    this.titles = titles;
    this.refusals = refusals;
    this.problems = problems;
  }

  @Needs(Role.READ)
  @Get(ItemsController.PATH)
  @Operation(
      operationId = "findItems",
      summary = "Items by the words of their titles, or by their ids",
      description =
          "Every word of the query begins a word of the title, whatever its case and accents; the"
              + " most popular items come first, and before them the one whose id the query is."
              + " Without query and id, the most popular items",
      parameters = {
        @Parameter(
            name = "query",
            in = ParameterIn.QUERY,
            description = "Words or an id, at most 200 characters",
            schema = @Schema(type = "string", maxLength = MAX_QUERY)),
        @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            description = "How many items at most",
            schema =
                @Schema(type = "integer", minimum = "1", maximum = "100", defaultValue = "20")),
        @Parameter(
            name = "id",
            in = ParameterIn.QUERY,
            description =
                "Instead of a query: the items of these ids, at most 100, in this order; unknown"
                    + " ones are left out",
            array = @ArraySchema(schema = @Schema(type = "string")))
      })
  @ApiResponse(
      responseCode = "200",
      description = "What was found, perhaps nothing",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ItemReport.Found.class)))
  HttpResponse<?> find(HttpRequest<?> request) {
    List<String> ids = request.getParameters().getAll("id");
    String query = Optional.ofNullable(request.getParameters().get("query")).orElse("");
    String limit = Optional.ofNullable(request.getParameters().get("limit")).orElse("");
    return answer(
        lease ->
            ids.isEmpty() ? byTitle(lease, query, itemsWanted(limit)) : byId(lease, ids, query));
  }

  @Needs(Role.READ)
  @Get(ItemsController.PATH + "/{id}")
  @Operation(
      operationId = "item",
      summary = "What is known of an item, and whether it can be returned now")
  @ApiResponse(
      responseCode = "200",
      description = "It is there, or was when the generation was built",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ItemReport.class)))
  HttpResponse<?> one(String id) {
    return answer(
        lease -> {
          ItemView items = lease.generation().retriever().items().items();
          int row = items.rowOf(id);
          int built = items.base().ids().rowOf(id);
          if (row == IdTable.NOT_FOUND && built == IdTable.NOT_FOUND) {
            throw new InvalidRequestException(
                Problem.of(
                    ProblemType.UNKNOWN_ITEM,
                    "generation %s has no item '%.80s'; GET /items?query= finds items"
                        .formatted(lease.generation().manifest().id(), id)));
          }
          boolean live = row != IdTable.NOT_FOUND;
          return HttpResponse.ok(ItemReport.of(items, live ? row : built, live));
        });
  }

  @Needs(Role.READ)
  @Get("/attributes")
  @Operation(operationId = "attributes", summary = "What items have that filters may ask for")
  @ApiResponse(
      responseCode = "200",
      description = "The attributes of the generation that serves",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ItemReport.Columns.class)))
  HttpResponse<?> attributes() {
    return answer(
        lease ->
            HttpResponse.ok(
                ItemReport.Columns.of(
                    lease.generation().manifest().id(),
                    lease.generation().retriever().items().items().base().attributes())));
  }

  private HttpResponse<?> byTitle(GenerationLease lease, String query, int limit) {
    if (query.length() > MAX_QUERY) {
      throw outOfRange(
          "query has %d characters and may have %d; send fewer words"
              .formatted(query.length(), MAX_QUERY));
    }
    ItemView items = lease.generation().retriever().items().items();
    TitleSearch.Found found = titles.search(items, query, limit);
    return HttpResponse.ok(
        new ItemReport.Found(
            lease.generation().manifest().id(),
            found.rows().stream().map(row -> ItemReport.of(items, row, true)).toList(),
            found.titled()));
  }

  private static HttpResponse<?> byId(GenerationLease lease, List<String> ids, String query) {
    if (!query.isEmpty()) {
      throw outOfRange("there are both query and id; send one of the two");
    }
    if (ids.size() > MAX_ITEMS) {
      throw outOfRange(
          "id stands %d times and may %d times; ask in parts".formatted(ids.size(), MAX_ITEMS));
    }
    ItemView items = lease.generation().retriever().items().items();
    return HttpResponse.ok(
        new ItemReport.Found(
            lease.generation().manifest().id(),
            ids.stream()
                .flatMapToInt(id -> IntStream.of(items.rowOf(id)))
                .filter(row -> row != IdTable.NOT_FOUND)
                .mapToObj(row -> ItemReport.of(items, row, true))
                .toList(),
            null));
  }

  private static int itemsWanted(String limit) {
    try {
      int items = limit.isEmpty() ? DEFAULT_ITEMS : Integer.parseInt(limit);
      if (items >= 1 && items <= MAX_ITEMS) {
        return items;
      }
    } catch (NumberFormatException e) {
      // told below, as a number out of range is
    }
    throw outOfRange(
        "limit=%.40s must be within 1..%d; send another or leave it out for %d"
            .formatted(limit, MAX_ITEMS, DEFAULT_ITEMS));
  }

  private static InvalidRequestException outOfRange(String detail) {
    return new InvalidRequestException(Problem.of(ProblemType.OUT_OF_RANGE, detail));
  }

  /// Answers under one lease, by the problem where that fails.
  private HttpResponse<?> answer(Function<GenerationLease, HttpResponse<?>> work) {
    Optional<GenerationLease> lease = generations.lease();
    if (lease.isEmpty()) {
      return problems.of(refusals.notReady());
    }
    try (GenerationLease held = lease.get()) {
      return work.apply(held);
    } catch (InvalidRequestException e) {
      return problems.of(e.problem());
    }
  }
}
