package dev.hstu.retrieval.cli;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.weights.ItemVectorFile;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.storage.DamagedFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu embed`: a model's item vectors as one file, which `hstu build` makes an index of.
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    description = "Writes every item's id and normalised vector to one safetensors file.")
public final class EmbedCommand implements Callable<Integer> {

  @Option(names = "--model", required = true, description = "Folder that `hstu train` wrote.")
  private Path model;

  @Option(
      names = "--out",
      required = true,
      description = "File to write, e.g. vectors.safetensors; replaced where it exists.")
  private Path out;

  @Option(names = "--json", description = "Print one JSON document instead of a sentence.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    try (OpenModel open = ModelFolder.open(model)) {
      Model source = open.model();
      int items = source.config().items();
      try (ProgressReporter progress = console.progress("embed", items, "items")) {
        ItemVectorFile.write(out, source, progress::at);
      }
      print(console, source);
      return 0;
    } catch (DamagedFileException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private void print(Console console, Model source) {
    int items = source.config().items();
    int dimension = source.config().embeddingDim();
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("out", out.toString());
      document.put("items", items);
      document.put("dimension", dimension);
      document.put("model_fingerprint", source.fingerprint());
      console.printJson(document);
    } else {
      console.print(
          String.format(Locale.ROOT, "%s: %,d vectors of dimension %d", out, items, dimension));
    }
  }
}
