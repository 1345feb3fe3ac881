package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.http.MediaType;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The body of every error answer (RFC 9457), `application/problem+json`.
///
/// @param type the URI of a `ProblemType`, relative to the service: its section of `GET /errors`
/// @param status the HTTP status again
/// @param detail what is wrong with this request, with the value, and what to do about it
/// @param field JSON Pointer (RFC 6901) to the offending value of the request body, where it is one
/// @param verdict what the publish gate found, where that is the problem
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "Problem details (RFC 9457); every error answer is one")
public record Problem(
    @Schema(
            description =
                "What kind of problem: a reference to its section of GET /errors, never changes",
            example = "/errors#out-of-range")
        String type,
    @Schema(example = "A value is out of range") String title,
    @Schema(example = "400") int status,
    @Schema(example = "k=0 must be within 1..1000; send another k or leave it out for 100")
        String detail,
    @Schema(description = "JSON Pointer into the request body", example = "/k")
        @Nullable String field,
    @Schema(description = "What the publish gate found; only of publication-blocked")
        @Nullable VerdictReport verdict) {

  public static final String MEDIA_TYPE = MediaType.APPLICATION_JSON_PROBLEM;

  public static Problem of(ProblemType type, String detail) {
    return at(type, null, detail);
  }

  public static Problem at(ProblemType type, @Nullable String field, String detail) {
    return new Problem(type.uri(), type.title(), type.status().getCode(), detail, field, null);
  }

  /// The same problem of a value that lies under `parent` of a larger body.
  ///
  /// @param parent JSON Pointer
  Problem under(String parent) {
    return new Problem(
        type, title, status, detail, field == null ? parent : parent + field, verdict);
  }

  /// The same problem with the verdict that it is about.
  Problem with(VerdictReport about) {
    return new Problem(type, title, status, detail, field, about);
  }
}
