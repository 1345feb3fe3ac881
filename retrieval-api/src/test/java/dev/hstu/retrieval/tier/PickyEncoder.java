package dev.hstu.retrieval.tier;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.stream.IntStream;

/// An encoder process to look at from outside that refuses every call with one item in it, as an
/// engine does that fails on a history.
final class PickyEncoder implements AutoCloseable {

  private final Vertx vertx = LocalVertx.open();
  private final OpenModel model;
  private final UserEncoder encoder;
  private final HttpServer server;
  private final int refusedItem;

  /// @param refusedItem row of the model's vocabulary, counted from 1
  PickyEncoder(Path modelFolder, int refusedItem) throws IOException {
    this.refusedItem = refusedItem;
    model = ModelFolder.open(modelFolder);
    encoder = Encoder.open(model.model(), EngineChoice.of(Engine.REFERENCE).withThreads(1));
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(this::answer)
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  private void answer(HttpServerRequest request) {
    if (request.path().equals("/health")) {
      request
          .response()
          .end(
              "{\"status\":\"ready\",\"models\":[{\"fingerprint\":\"%s\",\"engine\":\"picky\"}]}"
                  .formatted(model.model().fingerprint()));
    } else {
      request.body().onSuccess(body -> encode(request, EncodeRequest.parse(body.getBytes())));
    }
  }

  private void encode(HttpServerRequest request, EncodeRequest asked) {
    if (IntStream.of(asked.batch().items()).anyMatch(item -> item == refusedItem)) {
      request
          .response()
          .setStatusCode(EncoderProblem.MALFORMED_REQUEST.status())
          .end(EncoderProblem.MALFORMED_REQUEST.json("item %d is refused".formatted(refusedItem)));
      return;
    }
    float[] embeddings = new float[asked.batch().users() * encoder.config().embeddingDim()];
    encoder.encode(asked.batch(), embeddings);
    request
        .response()
        .end(
            Buffer.buffer(
                new EncodeResponse(asked.fingerprint(), asked.batch().users(), 1, embeddings)
                    .toBytes()));
  }

  @Override
  public void close() throws IOException {
    vertx.close().toCompletionStage().toCompletableFuture().join();
    encoder.close();
    model.close();
  }
}
