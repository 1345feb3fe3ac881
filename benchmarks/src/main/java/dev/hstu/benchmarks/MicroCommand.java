package dev.hstu.benchmarks;

import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.Table;
import dev.hstu.retrieval.cli.UserError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hstu bench micro [PATTERN]`: the JMH benchmarks of [dev.hstu.benchmarks.micro].
@Command(
    name = "micro",
    description = "Runs the JMH benchmarks whose name matches PATTERN, e.g. Encode.",
    mixinStandardHelpOptions = true)
final class MicroCommand implements Callable<Integer> {

  @Parameters(
      arity = "0..1",
      defaultValue = "dev.hstu.benchmarks.micro",
      description = "part of a benchmark's name; all by default")
  private String pattern = "";

  @Option(
      names = {"-p", "--param"},
      description = "fixes a parameter, e.g. -p engine=djl; may be repeated")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Mixin private ReportOptions report = new ReportOptions();

  /// One row of the result.
  record Row(
      String benchmark, Map<String, String> parameters, double score, double error, String unit) {}

  @Override
  public Integer call() throws RunnerException {
    Console console = report.console();
    ChainedOptionsBuilder options = new OptionsBuilder().include(pattern);
    parameters.forEach((name, value) -> options.param(name, value.split(",")));
    Collection<RunResult> results = new Runner(options.build()).run();
    if (results.isEmpty()) {
      throw new UserError("no benchmark matches '%s'; Encode does".formatted(pattern));
    }
    List<Row> rows = new ArrayList<>();
    for (RunResult result : results) {
      rows.add(row(result));
    }
    if (console.json()) {
      console.printJson(rows);
    } else {
      console.print(table(rows));
    }
    return 0;
  }

  private static Row row(RunResult run) {
    Result<?> primary = run.getPrimaryResult();
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String key : run.getParams().getParamsKeys()) {
      parameters.put(key, run.getParams().getParam(key));
    }
    String name = run.getParams().getBenchmark();
    return new Row(
        name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
        parameters,
        primary.getScore(),
        primary.getScoreError(),
        primary.getScoreUnit());
  }

  private static Table table(List<Row> rows) {
    Table table = new Table("benchmark", "parameters", "score", "± 99.9 %", "unit");
    for (Row row : rows) {
      table.row(
          row.benchmark,
          row.parameters.toString(),
          String.format(Locale.ROOT, "%.3f", row.score),
          String.format(Locale.ROOT, "%.3f", row.error),
          row.unit);
    }
    return table;
  }
}
