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
        ComparisonWords words = comparison.Training.Words;
        return Html.Page(
            words.Title,
            new XElement("h1", words.Title),
            Html.Paragraph(Outcome(record), "note"),
            Html.Section("Result", Result(comparison)),
            Html.Section("Curves", Html.Grid(Charts(comparison).Select(static chart => chart.Draw()))),
            Html.Section("Samples", Pictures(comparison)),
            Html.Section("Findings", Findings(comparison)),
            Html.Section("What was the same", Same(record, words)),
            Html.Section("What differed", Settings(comparison)));
    }

    /// <summary>Returns the table, the best first.</summary>
    public static (string[] Head, IReadOnlyList<string[]> Rows) Table(Comparison comparison)
    {
        ComparisonRecord record = comparison.Record;
        IEnumerable<MeasureSummary> first = record.Results.Take(1).SelectMany(static result => result.Measures);
        string[] measures = [.. first.Select(static measure => DisplayName.Title(measure.Name))];
        return ([comparison.Training.Words.Competitor, .. measures, "Time per step", "Stable runs"], [.. record.Results.Select(Row)]);
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

    static IEnumerable<XElement?> Result(Comparison comparison)
    {
        ComparisonRecord record = comparison.Record;
        ComparisonWords words = comparison.Training.Words;
        if (record.Results.Count == 0)
        {
            yield return Html.Paragraph("No run has finished yet.");
            yield break;
        }

        (string[] head, IReadOnlyList<string[]> rows) = Table(comparison);
        yield return Html.Table("Mean ± 95 % interval over the seeds, by Student's t (least to greatest)", head, rows);
        yield return Html.Paragraph(
            words.Measured
            + (IsExamined(comparison) ? words.Stable : "So few steps do not show whether a run is stable. ")
            + "Overlapping intervals do not separate two of them.", "note");
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
            .. comparison.Record.Results[0].Measures.Where(_ => measures.Count > 0).Select(measure => Means(measures, measure.Name)),
            .. comparison.Training.Columns.Where(static column => column.IsCompared)
                .Select(column => Means(losses, column.Name, column.MayBeLog)),
        ];
    }

    // Embeddings are measured at the end only, so that their runs have no table of measures.
    static Dictionary<string, CsvTable[]> Tables(Comparison comparison, string file)
    {
        (string Name, string[] Files)[] tables =
        [
            .. comparison.Record.Results.Select(result => (result.Name,
                result.Runs.Select(run => Path.Combine(comparison.FolderOf(result.Name, run.Seed), file)).ToArray())),
        ];
        return tables.Where(static table => table.Files.All(File.Exists))
            .ToDictionary(static table => table.Name, static table => (CsvTable[])[.. table.Files.Select(CsvTable.Read)]);
    }

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

    static bool IsExamined(Comparison comparison) => comparison.Record.Options.Steps >= comparison.Training.FirstCheck;

    // A finding of several seeds is reported once, in the words of the first.
    static XElement Findings(Comparison comparison)
    {
        ComparisonRecord record = comparison.Record;
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
        string none = !IsExamined(comparison) ? RunReport.TooFewSteps(comparison.Training.FirstCheck)
            : record.Results.Any(static result => result.Runs.Any(static run => run.Findings.Count > 0)) ? ""
            : comparison.Training.Words.NoFindings;
        return new XElement(
            "div", all.Length > 0 ? Html.Bullets(all) : null, none.Length > 0 ? Html.Paragraph(none) : null);
    }

    static IEnumerable<XElement?> Same(ComparisonRecord record, ComparisonWords words)
    {
        yield return Html.Paragraph(words.Same);
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
        ComparedTraining training = comparison.Training;
        yield return Html.Paragraph(training.Words.Differed);
        yield return Html.Table(
            "Settings of each",
            ["", .. training.Words.Settings],
            comparison.Record.Options.Competitors.Select(name => (string[])[name, .. training.Settings(name)]),
            "words");
    }
}
