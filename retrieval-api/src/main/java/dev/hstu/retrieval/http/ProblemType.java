package dev.hstu.retrieval.http;

import io.micronaut.http.HttpStatus;

/// Every kind of error answer there is. A client tells them apart by [#uri()], which never changes;
/// titles and details are for people.
public enum ProblemType {
  MALFORMED_JSON(
      "malformed-json",
      HttpStatus.BAD_REQUEST,
      "The body is not valid JSON",
      "Send one JSON value in UTF-8, without comments or trailing commas."),
  WRONG_TYPE(
      "wrong-type",
      HttpStatus.BAD_REQUEST,
      "A value has the wrong type",
      "Send the value that `field` points to in the type that `detail` names."),
  UNKNOWN_FIELD(
      "unknown-field",
      HttpStatus.BAD_REQUEST,
      "A field is not known",
      "Correct the name or leave the field out; nothing is ignored in silence."),
  MISSING_FIELD(
      "missing-field",
      HttpStatus.BAD_REQUEST,
      "A required field is missing",
      "Add the field that `detail` names."),
  OUT_OF_RANGE(
      "out-of-range",
      HttpStatus.BAD_REQUEST,
      "A value is out of range",
      "Send a value within the range that `detail` names, or have the setting raised that it names."),
  MILLISECONDS(
      "milliseconds",
      HttpStatus.BAD_REQUEST,
      "A time is in milliseconds",
      "Divide by 1000: times are whole seconds."),
  UNSORTED_EVENTS(
      "unsorted-events",
      HttpStatus.BAD_REQUEST,
      "Events are not in order of time",
      "Send events oldest first."),
  FUTURE_EVENT(
      "future-event",
      HttpStatus.BAD_REQUEST,
      "An event is later than the request",
      "Leave out events after `requestTime`, or send a later one."),
  TOO_MANY_ENTRIES(
      "too-many-entries",
      HttpStatus.BAD_REQUEST,
      "A list is too long",
      "Send fewer entries; a large set of items is registered once by `PUT /sets/{name}`."),
  INVALID_FILTER(
      "invalid-filter",
      HttpStatus.BAD_REQUEST,
      "The filter does not fit the items",
      "Use attributes, types and sets that the served generation has, as `detail` names them."),
  INVALID_SET(
      "invalid-set",
      HttpStatus.BAD_REQUEST,
      "A set cannot be registered",
      "Correct the name or the id that `detail` names."),
  INVALID_ITEM(
      "invalid-item",
      HttpStatus.BAD_REQUEST,
      "The update does not fit the catalogue",
      "Send a vector of length 1 made by the model that serves, and attributes as the catalogue declares them."),
  BAD_REQUEST(
      "bad-request",
      HttpStatus.BAD_REQUEST,
      "The request cannot be read",
      "Send a request as in `/openapi.yml`."),
  KEY_REQUIRED(
      "key-required",
      HttpStatus.UNAUTHORIZED,
      "A key is needed",
      "Send `Authorization: Bearer KEY` with a key that `hstu keys add` made."),
  ROLE_TOO_LOW(
      "role-too-low",
      HttpStatus.FORBIDDEN,
      "The key may not do this",
      "Use a key of the role that `detail` names."),
  UPDATES_DISABLED(
      "updates-disabled",
      HttpStatus.FORBIDDEN,
      "Updates are switched off",
      "Set `updates.enabled=true` in the one process that takes updates, and send them there."),
  USERS_DISABLED(
      "users-disabled",
      HttpStatus.FORBIDDEN,
      "Nothing is stored of users",
      "Set `users.folder` in the one process that stores users, and send the request there."),
  NOT_FOUND(
      "not-found",
      HttpStatus.NOT_FOUND,
      "There is no such route",
      "Correct the path; `/openapi.yml` lists all."),
  UNKNOWN_SET(
      "unknown-set",
      HttpStatus.NOT_FOUND,
      "There is no such set",
      "Register the set first; `GET /sets` lists all."),
  UNKNOWN_ITEM(
      "unknown-item",
      HttpStatus.NOT_FOUND,
      "There is no such item",
      "Name an item that `GET /items?query=` finds."),
  UNKNOWN_GENERATION(
      "unknown-generation",
      HttpStatus.NOT_FOUND,
      "There is no such generation",
      "Name one that `GET /generations` lists."),
  UNKNOWN_USER(
      "unknown-user",
      HttpStatus.NOT_FOUND,
      "There is no such user",
      "Store events by `PUT /users/{id}/events` first, or ask with `unknown=popular`."),
  METHOD_NOT_ALLOWED(
      "method-not-allowed",
      HttpStatus.METHOD_NOT_ALLOWED,
      "The route does not take this method",
      "Use a method that the `Allow` header names."),
  NOT_ACCEPTABLE(
      "not-acceptable",
      HttpStatus.NOT_ACCEPTABLE,
      "The answer has no such representation",
      "Ask in `Accept` for a type that `/openapi.yml` names for the route."),
  PUBLICATION_BLOCKED(
      "publication-blocked",
      HttpStatus.CONFLICT,
      "The publish gate blocks the generation",
      "Read `verdict`, mend what blocks and build anew; or send `force` with a reason, which is logged."),
  PUBLICATION_UNDER_WAY(
      "publication-under-way",
      HttpStatus.CONFLICT,
      "Another publication is under way",
      "Wait until `GET /generations` tells of none, and send it again if it is still wanted."),
  PUBLICATION_REFUSED(
      "publication-refused",
      HttpStatus.CONFLICT,
      "CURRENT cannot be changed so",
      "Look at `GET /generations`: the generation is damaged, there is none to return to, or another one became current."),
  NOT_ENOUGH_MEMORY(
      "not-enough-memory",
      HttpStatus.CONFLICT,
      "The service may not use so much memory",
      "Publish by `hstu publish`, which judges in a process of its own; or have `serving.ram` raised."),
  BODY_TOO_LARGE(
      "body-too-large",
      HttpStatus.REQUEST_ENTITY_TOO_LARGE,
      "The body is too large",
      "Send less at once, or have the setting raised that `detail` names."),
  UNSUPPORTED_MEDIA_TYPE(
      "unsupported-media-type",
      HttpStatus.UNSUPPORTED_MEDIA_TYPE,
      "The body has the wrong type",
      "Send the `Content-Type` that `detail` names, uncompressed."),
  HEADERS_TOO_LARGE(
      "headers-too-large",
      HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
      "The request's headers are too large",
      "Send fewer or shorter headers."),
  OVERLOADED(
      "overloaded",
      HttpStatus.TOO_MANY_REQUESTS,
      "Too many requests at once",
      "Try again after `Retry-After` seconds, with fewer requests at once; where it lasts, add capacity."),
  INTERNAL_ERROR(
      "internal-error",
      HttpStatus.INTERNAL_SERVER_ERROR,
      "The service failed",
      "Report it with its incident: the service's log has the cause under it."),
  ENCODER_UNAVAILABLE(
      "encoder-unavailable",
      HttpStatus.SERVICE_UNAVAILABLE,
      "No encoder answers",
      "Try again after `Retry-After` seconds; `GET /health/ready` and `detail` say what is wrong with each"
          + " endpoint of `encoder.endpoints`."),
  NOT_READY(
      "not-ready",
      HttpStatus.SERVICE_UNAVAILABLE,
      "The service is not ready",
      "Try again after `Retry-After` seconds; where it lasts, `detail` says what is missing."),
  UPDATES_FULL(
      "updates-full",
      HttpStatus.SERVICE_UNAVAILABLE,
      "Too many updates are kept",
      "Stop sending updates until a generation is built and published that takes the kept ones in."),
  USERS_FULL(
      "users-full",
      HttpStatus.SERVICE_UNAVAILABLE,
      "Too much is stored of users",
      "Delete users who are gone, or have the setting raised that `detail` names."),
  SHUTTING_DOWN(
      "shutting-down",
      HttpStatus.SERVICE_UNAVAILABLE,
      "The service is stopping",
      "Send the request to another instance."),
  DEADLINE_EXCEEDED(
      "deadline-exceeded",
      HttpStatus.GATEWAY_TIMEOUT,
      "The answer would come too late",
      "Send fewer requests at once; a repeated one is safe.");

  /// Where [ErrorsController] serves the catalogue; every type is a section of that page.
  static final String PAGE = "/errors";

  private final String slug;
  private final HttpStatus status;
  private final String title;
  private final String remedy;

  ProblemType(String slug, HttpStatus status, String title, String remedy) {
    this.slug = slug;
    this.status = status;
    this.title = title;
    this.remedy = remedy;
  }

  /// The `type` of a problem: a reference to the catalogue of whichever service answered (RFC 9457
  /// resolves it against the request's address), so that the explanation is at hand offline.
  public String uri() {
    return PAGE + "#" + slug;
  }

  /// Its name in [#uri()].
  public String slug() {
    return slug;
  }

  public HttpStatus status() {
    return status;
  }

  public String title() {
    return title;
  }

  /// What the one who gets it is to do, a sentence of markdown with code only.
  public String remedy() {
    return remedy;
  }
}
