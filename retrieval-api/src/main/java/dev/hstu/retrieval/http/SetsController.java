package dev.hstu.retrieval.http;

import dev.hstu.index.filter.InvalidSetException;
import dev.hstu.index.filter.NamedSet;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.serving.GenerationLease;
import dev.hstu.retrieval.serving.GenerationSwitch;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Put;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.Optional;

/// `/sets`: sets of items that filters name, registered once because they are too large for a
/// request.
@Controller(SetsController.PATH)
@Tag(name = "sets")
@ExecuteOn(TaskExecutors.BLOCKING)
final class SetsController {

  static final String PATH = "/sets";

  /// The media type of one JSON value a line.
  static final String NDJSON = "application/x-ndjson";

  private final NamedSets sets;
  private final GenerationSwitch generations;
  private final ProblemResponses problems;

  SetsController(NamedSets sets, GenerationSwitch generations, ProblemResponses problems) {
    this.sets = sets;
    this.generations = generations;
    this.problems = problems;
  }

  @Needs(Role.READ)
  @Get
  @Operation(operationId = "sets", summary = "The registered sets")
  SetReport.All list() {
    return new SetReport.All(
        sets.current().values().stream()
            .sorted(Comparator.comparing(NamedSet::name))
            .map(SetReport::of)
            .toList(),
        sets.damaged().keySet().stream()
            .filter(name -> !sets.current().containsKey(name))
            .sorted()
            .toList());
  }

  @Audited("put-set")
  @Needs(Role.WRITE)
  @Put("/{name}")
  @Consumes({MediaType.APPLICATION_JSON, NDJSON})
  @Operation(
      operationId = "registerSet",
      summary = "Registers a set of items under a name, in place of one there",
      description = "Durable when answered, and used by every request that arrives later",
      requestBody =
          @RequestBody(
              required = true,
              content = {
                @Content(
                    mediaType = MediaType.APPLICATION_JSON,
                    array =
                        @ArraySchema(
                            schema =
                                @Schema(
                                    description = "An item's id",
                                    implementation = Object.class,
                                    oneOf = {String.class, Long.class}))),
                @Content(
                    mediaType = NDJSON,
                    schema =
                        @Schema(
                            description = "An item's id, one a line",
                            implementation = Object.class,
                            oneOf = {String.class, Long.class}))
              }))
  @ApiResponse(
      responseCode = "200",
      description = "Registered",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = SetReport.class)))
  @AnswersWithProblems
  HttpResponse<?> register(String name, @Body InputStream body) throws IOException {
    Optional<GenerationLease> lease = generations.lease();
    if (lease.isEmpty()) {
      return problems.of(
          Problem.of(
              ProblemType.NOT_READY,
              "no generation serves, so the type of the ids isn't known; try again later"));
    }
    try (GenerationLease held = lease.get();
        InputStream ids = body) {
      NamedSets.requireName(name);
      IdTable table = SetIdsReader.read(ids, held.generation().manifest().idType());
      NamedSet set = sets.register(name, table);
      held.generation().resolveSets();
      return HttpResponse.ok(SetReport.of(set));
    } catch (InvalidRequestException e) {
      return problems.of(e.problem());
    } catch (InvalidSetException e) {
      return problems.of(Problem.of(ProblemType.INVALID_SET, String.valueOf(e.getMessage())));
    } catch (IOException e) {
      if (BrokenUpload.is(e)) {
        return problems.of(BrokenUpload.problem(e));
      }
      throw e;
    }
  }

  @Audited("delete-set")
  @Needs(Role.WRITE)
  @Delete("/{name}")
  @Operation(
      operationId = "deleteSet",
      summary = "Deletes a set; filters that name it are refused from then on")
  @ApiResponse(responseCode = "204", description = "Deleted")
  @ApiResponse(
      responseCode = "404",
      description = "There is no such set",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  HttpResponse<?> delete(String name) throws IOException {
    try {
      return sets.delete(name)
          ? HttpResponse.noContent()
          : problems.of(
              Problem.of(
                  ProblemType.UNKNOWN_SET,
                  "no set '%s' is registered; GET /sets lists all".formatted(name)));
    } catch (InvalidSetException e) {
      return problems.of(Problem.of(ProblemType.INVALID_SET, String.valueOf(e.getMessage())));
    }
  }
}
