using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace Criterion.Training;

/// <summary>
/// Writes the report of a run as one self-contained page, <c>report.html</c>: findings, results, curves, pictures and options. Every run
/// writes one at its end.
/// </summary>
public static class RunReport
{
    /// <summary>The name of the file in a run folder.</summary>
    public const string Name = "report.html";

    const int MostPictures = 8;

    /// <summary>Returns the report of the run in a folder, which may be unfinished.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <exception cref="TrainingException">The folder is not that of a run.</exception>
    public static string Of(string folder) => Of(folder, RunFolder.ReadRecord(folder));

    /// <summary>Returns the report of a run whose record is not written yet.</summary>
    internal static string Of(string folder, RunRecord record)
    {
        CsvTable losses = CsvTable.Read(Path.Combine(folder, RunFolder.LossesName));
        CsvTable measures = CsvTable.Read(Path.Combine(folder, RunFolder.MeasuresName));
        using JsonDocument json = JsonDocument.Parse(RunJson.Write(record));
        return Html.Page(
            $"{record.Recipe}: training run",
            new XElement("h1", record.Recipe),
            Html.Paragraph(Outcome(record, losses), "note"),
            record.Error is null ? null : new XElement("p", new XAttribute("class", "warn"), new XAttribute("role", "alert"), record.Error),
            Html.Section("Findings", Findings(record, losses)),
            Html.Section("Results", Html.Grid(RecordTables.Results(json.RootElement), "tables")),
            Html.Section("Curves", Html.Grid(RunCharts.Of(record.Columns, losses, measures).Select(static chart => chart.Draw()))),
            Html.Section("Samples over time", Pictures(folder, record)),
            Html.Section("In numbers", losses.Count == 0 ? null : Numbers(record.Columns, losses)),
            Html.Section("How it was made", Html.Grid(RecordTables.Settings(json.RootElement), "tables")));
    }

    static string Outcome(RunRecord record, CsvTable losses)
    {
        string time = record is { Ended: not null, TrainingSeconds: { } seconds } ? " in "
            + $"{Duration.Words(TimeSpan.FromSeconds(seconds))}" : "";
        string speed = losses.Count == 0
            ? ""
            : $" Half of the steps took less than {NumberText.Significant(losses.Median("seconds") * 1000, 3)} ms each.";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{record.Status} after {record.StepsDone} of {record.Steps} steps{time}. Started {record.Started:yyyy-MM-dd HH:mm}.{speed}");
    }

    static XElement? Findings(RunRecord record, CsvTable losses)
    {
        if (record is not GanRunRecord gan)
        {
            return null;
        }

        IReadOnlyList<(long Step, Finding Finding)> all = TrainingMonitor.Replay(losses, gan.Options.Objective);
        return all.Count > 0
            ? Html.Bullets(all.Select(static one => $"Step {one.Step}: {one.Finding.Message}"))
            : Html.Paragraph(losses.Count < HealthCheck.FirstStep
                ? $"Too few steps: the health checks begin at step {HealthCheck.FirstStep}."
                : "None: no network won for long, the samples did not collapse, gradients did not vanish, and no steps were skipped.");
    }

    // The first, the last, and some between them.
    static IEnumerable<XElement?> Pictures(string folder, RunRecord record)
    {
        string samples = Path.Combine(folder, RunFolder.SamplesName);
        string[] all = Directory.Exists(samples) ? [.. Directory.GetFiles(samples, "step-*.png").Order(StringComparer.Ordinal)] : [];
        IEnumerable<int> chosen = all.Length <= MostPictures
            ? Enumerable.Range(0, all.Length)
            : Enumerable.Range(0, MostPictures).Select(i => i * (all.Length - 1) / (MostPictures - 1));
        string shows = Shows(record);
        return all.Length == 0 ? [] : [Html.Paragraph(shows, "note"), Html.Grid(chosen.Select(i => Picture(all[i], shows)), "pictures")];
    }

    static string Shows(RunRecord record) => record switch
    {
        CycleGanRunRecord => "Each row is an image of A, its translation to B, and that back to A; "
            + "then an image of B, its translation to A, and that back to B.",
        SiameseRunRecord => "Each row is an image of a held-out class and its five nearest images.",
        GanRunRecord { Modes: not null } => "Generated points over the modes of the data, from the same latents each time.",
        _ => "Generated samples, from the same latents each time.",
    };

    static XElement Picture(string file, string shows)
    {
        string step = Path.GetFileNameWithoutExtension(file)["step-".Length..].TrimStart('0');
        string caption = $"Step {(step.Length == 0 ? "0" : step)}";
        return Html.Picture(File.ReadAllBytes(file), $"{caption}. {shows}", caption);
    }

    static XElement Numbers(StepColumns columns, CsvTable losses)
    {
        int part = Math.Max(1, losses.Count / 10);
        string share = part == 1 ? "" : $" {part} steps, mean";
        return Html.Table(
            "Columns of losses.csv",
            ["", $"First{share}", $"Last{share}", "Least", "Greatest", "Meaning"],
            losses.Names.Where(static name => name != "step")
                .Select(name => Summary(name, columns.FirstOrDefault(column => column.Name == name), losses[name], part)));
    }

    static string[] Summary(string name, StepColumnAttribute? column, double[] values, int part) =>
    [
        column is null ? DisplayName.Title(name) : DisplayName.Title(column),
        Axis.Text(Mean(values.Take(part))),
        Axis.Text(Mean(values.TakeLast(part))),
        Axis.Text(values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min()),
        Axis.Text(values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max()),
        column?.Description ?? "",
    ];

    static double Mean(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
