package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.users.UserEmbedding;
import dev.hstu.encoder.weights.ItemVectorFile;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.storage.DamagedFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu embed`: a model's item vectors as one file, which `hstu build` makes an index of; or, with
/// `--users`, the embeddings of all users of prepared data.
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    description = {
      "Writes every item's id and normalised vector to one safetensors file;",
      "with --users, those of every user of prepared data."
    })
public final class EmbedCommand implements Callable<Integer> {

  /// Two keep a GPU busy while the host copies, a third lays out the next batch.
  private static final int WORKERS = 3;

  @Option(names = "--model", required = true, description = "Folder that `hstu train` wrote.")
  private Path model;

  @Option(
      names = "--out",
      required = true,
      description = "File to write, e.g. vectors.safetensors; replaced where it exists.")
  private Path out;

  @Option(
      names = "--users",
      paramLabel = "DATA",
      description = "Prepared data whose users are embedded instead of the items.")
  private @Nullable Path users;

  @Option(
      names = "--engine",
      defaultValue = "djl",
      description = "djl, reference or cuda, for --users. Default: djl.")
  private String engine;

  @Option(
      names = "--request-time",
      paramLabel = "SECONDS",
      description = {
        "For --users: when the next item will be chosen. Default: the data's newest event,",
        "or a step after each user's last where the data has order only."
      })
  private @Nullable Long requestTime;

  @Option(names = "--json", description = "Print one JSON document instead of a sentence.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    if (users == null && requestTime != null) {
      throw new UserError(
          "--request-time=%d is for users; name data with --users".formatted(requestTime));
    }
    try (OpenModel open = ModelFolder.open(model)) {
      if (users == null) {
        embedItems(console, open.model());
      } else {
        embedUsers(console, open.model(), users);
      }
      return 0;
    } catch (DamagedFileException | EngineUnavailableException | IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private void embedItems(Console console, Model source) throws IOException {
    int items = source.config().items();
    try (ProgressReporter progress = console.progress("embed", items, "items")) {
      ItemVectorFile.write(out, source, progress::at);
    }
    print(console, source, "items", items);
  }

  private void embedUsers(Console console, Model source, Path folder) throws IOException {
    EngineChoice choice = EngineChoice.of(Engine.parse(engine));
    Encoder.requireAvailable(choice.engine());
    PreparedData data = PreparedData.open(folder);
    OptionalLong time = requestTime == null ? OptionalLong.empty() : OptionalLong.of(requestTime);
    try (UserEncoder encoder = Encoder.open(source, choice);
        ProgressReporter progress = console.progress("embed", data.users().size(), "users")) {
      new UserEmbedding(time, WORKERS).write(out, source, data, encoder, progress::at);
    }
    print(console, source, "users", data.users().size());
  }

  private void print(Console console, Model source, String what, int count) {
    int dimension = source.config().embeddingDim();
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("out", out.toString());
      document.put(what, count);
      document.put("dimension", dimension);
      document.put("model_fingerprint", source.fingerprint());
      console.printJson(document);
    } else {
      console.print(
          String.format(Locale.ROOT, "%s: %,d vectors of dimension %d", out, count, dimension));
    }
  }
}
