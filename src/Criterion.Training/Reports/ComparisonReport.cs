using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace Criterion.Training;

/// <summary>
/// Writes the report of a comparison as one self-contained page: table, intervals, curves, pictures, findings and settings.
/// </summary>
internal static class ComparisonReport
{
    /// <summary>Returns the page.</summary>
    public static string Of(Comparison comparison)
    {
        ComparisonRecord record = comparison.Record;
        return Html.Page(
            "Comparison of objectives",
            new XElement("h1", "Comparison of objectives"),
            Html.Paragraph(Outcome(record), "note"),
            Html.Section("Result", Result(record)),
            Html.Section("Curves", Html.Grid(Charts(comparison).Select(static chart => chart.Draw()))),
            Html.Section("Samples", Pictures(comparison)),
            Html.Section("Findings", Findings(record)),
            Html.Section("What was the same", Same(record)),
            Html.Section("What differed", Settings(comparison)));
    }

    /// <summary>Returns the table, the best objective first.</summary>
    public static (string[] Head, IReadOnlyList<string[]> Rows) Table(ComparisonRecord record)
    {
        IEnumerable<MeasureSummary> first = record.Results.Take(1).SelectMany(static result => result.Measures);
        string[] measures = [.. first.Select(static measure => DisplayName.Title(measure.Name))];
        return (["Objective", .. measures, "Time per step", "Stable runs"], [.. record.Results.Select(Row)]);
    }

    static string[] Row(CompetitorResult result) =>
    [
        result.Name,
        .. result.Measures.Select((measure, i) => Cell(measure.Interval, [.. result.Runs.Select(run => run.Measures[i].Value)])),
        $"{NumberText.Significant(result.SecondsPerStep * 1000, 3)} ms",
        Stable(result),
    ];

    static string Stable(CompetitorResult result) => result.Runs.Count(static run => run.IsStable is not null) is > 0 and var examined
        ? $"{result.Runs.Count(static run => run.IsStable == true)} of {examined}"
        : "too few steps";

    static string Cell(Interval interval, double[] values) =>
        values.Length < 2
            ? IntervalPlot.Text(interval)
            : $"{IntervalPlot.Text(interval)} ({Axis.Text(values.Min())} to {Axis.Text(values.Max())})";

    static string Outcome(ComparisonRecord record)
    {
        int done = record.Results.Sum(static result => result.Runs.Count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{record.Status}: {done} of {Counted.Of(record.Options.Runs.Count(), "run")}, ")
            + string.Create(CultureInfo.InvariantCulture, $"{Counted.Of(record.Options.Steps, "step")} each, ")
            + string.Create(CultureInfo.InvariantCulture, $"on {Counted.Of(record.Data.Count, "item")} of {record.Data.Source}.");
    }

    static IEnumerable<XElement?> Result(ComparisonRecord record)
    {
        if (record.Results.Count == 0)
        {
            yield return Html.Paragraph("No run has finished yet.");
            yield break;
        }

        (string[] head, IReadOnlyList<string[]> rows) = Table(record);
        yield return Html.Table("Mean ± 95 % interval over the seeds, by Student's t (least to greatest)", head, rows);
        yield return Html.Paragraph(
            $"Measured on {record.Options.Measure.Samples} samples at the end. "
                + (IsExamined(record) ? "A run is stable if no step was skipped and the samples did not collapse. "
                    : "So few steps do not show whether a run is stable. ")
            + "Overlapping intervals do not separate two objectives.", "note");
        yield return Html.Grid(record.Results[0].Measures.Select((measure, i) => Plot(record, measure.Name, i).Draw()), "tables");
    }

    static IntervalPlot Plot(ComparisonRecord record, string name, int index) => new(
        $"{DisplayName.Title(name)} at the end",
        [.. record.Results.Select(result => (result.Name, result.Measures[index].Interval, Values(result, index)))])
    {
        Most = SampleMeasure.Most(name),
    };

    static IReadOnlyList<double> Values(CompetitorResult result, int index) => [.. result.Runs.Select(run => run.Measures[index].Value)];

    static IEnumerable<Chart> Charts(Comparison comparison)
    {
        if (comparison.Record.Results.Count == 0)
        {
            return [];
        }

        Dictionary<string, CsvTable[]> measures = Tables(comparison, RunFolder.MeasuresName);
        Dictionary<string, CsvTable[]> losses = Tables(comparison, RunFolder.LossesName);
        return
        [
            .. comparison.Record.Results[0].Measures.Select(measure => Means(measures, measure.Name)),
            .. GanStep.Columns.Where(static column => column.IsCompared).Select(column => Means(losses, column.Name, column.MayBeLog)),
        ];
    }

    static Dictionary<string, CsvTable[]> Tables(Comparison comparison, string file) => comparison.Record.Results.ToDictionary(
        static result => result.Name,
        result => (CsvTable[])
        [
            .. result.Runs.Select(run => CsvTable.Read(Path.Combine(comparison.FolderOf(result.Name, run.Seed), file))),
        ]);

    static Chart Means(Dictionary<string, CsvTable[]> tables, string name, bool mayBeLog = false) => new(
        $"{DisplayName.Title(name)} by step",
        [.. tables.Select(pair => Mean(pair.Key, [.. pair.Value.Select(table => table.ByStep(name))]))])
    {
        MayBeLog = mayBeLog,
        Note = "Means over the seeds.",
        Plain = true,
    };

    // A run that was stopped was also measured at that step, so only steps that all runs have are averaged.
    static Series Mean(string name, Dictionary<double, double>[] runs)
    {
        double[] steps = [.. runs[0].Keys.Where(step => runs.All(run => run.ContainsKey(step)))];
        return new(name, steps, [.. steps.Select(step => runs.Average(run => run[step]))]);
    }

    // The last picture of every run, and real images.
    static IEnumerable<XElement?> Pictures(Comparison comparison)
    {
        (string Name, ulong Seed, string Samples)[] runs =
        [
            .. from result in comparison.Record.Results
               from run in result.Runs
               select (result.Name, run.Seed, Path.Combine(comparison.FolderOf(result.Name, run.Seed), RunFolder.SamplesName)),
        ];
        (string? File, string Caption)[] all =
        [
            .. runs.Select(static run => (Last(run.Samples), $"{run.Name}, seed {run.Seed}, at the end")),
            .. runs.Take(1).Select(static run => (Path.Combine(run.Samples, RunFolder.RealName), "Real images")),
        ];
        (string File, string Caption)[] there =
            [.. all.Where(static one => File.Exists(one.File)).Select(static one => (one.File!, one.Caption))];
        (byte[][] pictures, bool areReduced) = ReportPictures.Fit([.. there.Select(static one => (one.File, 1.0))]);
        return there.Length == 0 ? [] :
        [
            Html.Paragraph(
                "Select a picture to enlarge it."
                + (areReduced ? $" Large pictures are reduced; those in {RunFolder.SamplesName}/ of each run have all pixels." : ""),
                "note"),
            Html.Grid(
                there.Zip(pictures, static (one, png) => Html.Picture(png, $"Grid of images: {one.Caption}.", one.Caption)), "pictures"),
        ];
    }

    static string? Last(string samples) =>
        Directory.Exists(samples) ? Directory.GetFiles(samples, "step-*.png").Max(StringComparer.Ordinal) : null;

    static bool IsExamined(ComparisonRecord record) => record.Options.Steps >= TrainingMonitor.FirstCheck;

    // A finding of several seeds is reported once, in the words of the first.
    static XElement Findings(ComparisonRecord record)
    {
        string[] all =
        [
            .. record.Findings.Select(static finding => finding.Message),
            .. from result in record.Results
               from same in result.Runs
                   .SelectMany(static run => run.Findings, static (run, finding) => (run.Seed, Finding: finding))
                   .GroupBy(static one => one.Finding.Kind)
               let first = same.First()
               let seeds = $"{(same.Count() > 1 ? "seeds" : "seed")} {string.Join(", ", same.Select(static one => one.Seed))}"
               select $"{result.Name}, {seeds}. From step {first.Finding.Step} on: {first.Finding.Message}",
        ];
        string none = !IsExamined(record) ? RunReport.TooFewSteps
            : record.Results.Any(static result => result.Runs.Any(static run => run.Findings.Count > 0)) ? ""
            : "None: in no run did one network win for long, the samples collapse, or gradients vanish, "
                + $"as far as can be seen from step {HealthCheck.FirstStep} on.";
        return new XElement(
            "div", all.Length > 0 ? Html.Bullets(all) : null, none.Length > 0 ? Html.Paragraph(none) : null);
    }

    static IEnumerable<XElement?> Same(ComparisonRecord record)
    {
        yield return Html.Paragraph(
            "The budget is the number of generator steps with the same batch size, whatever they cost in time. "
                + "For one seed all start from the same "
            + "weights of the generator (except for the inputs of classes) and draw latents and data from the same streams. "
            + "The layers of the "
            + "discriminator are the same except for their normalisation, and for objectives whose discriminator is an auto-encoder.");
        JsonElement json = RunJson.Element(record);
        yield return Html.Grid(
            [
                Html.Facts("Options", RecordTables.Facts(json.GetProperty("options"))),
                Html.Facts("Data", RecordTables.Facts(json.GetProperty("data"))),
                Html.Facts("Machine", RecordTables.Facts(json.GetProperty("machine"))),
            ],
            "tables");
    }

    static IEnumerable<XElement?> Settings(Comparison comparison)
    {
        yield return Html.Paragraph("Each objective has the published settings of its recipe; "
            + "one that is not a recipe has those of dcgan.");
        yield return Html.Table(
            "Settings of each",
            ["", "Objective", "Penalties", "Clip", "D steps", "Optimizer", "Rate D", "Rate G", "Betas", "Average", "Normalisation of D"],
            comparison.Record.Options.Objectives.Select(name => Setting(name, comparison.Recipe(name, 0).Options)),
            "words");
    }

    static string[] Setting(string name, GanOptions options)
    {
        JsonElement json = RunJson.Element(options);
        string Text(string property) => RecordTables.Text(json.GetProperty(property));
        return
        [
            name, Text("objective"), Text("regularizers"), Text("clip"), Text("discriminatorSteps"), Text("optimizer"),
            Text("discriminatorLearningRate"), Text("generatorLearningRate"), $"{Text("beta1")}, {Text("beta2")}", Text("averageDecay"),
            Text("discriminatorNorm") is "none" ? "by the penalty: batch norm, or none" : Text("discriminatorNorm"),
        ];
    }
}
