using Criterion.Formats;
using static Criterion.Training.Tests.EventFileReader;

namespace Criterion.Training.Tests;

/// <summary>Event files, parsed back by <see cref="EventFileReader"/>.</summary>
public sealed class TensorBoardTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_checksum_of_the_reader_is_that_of_the_standard()
    {
        Assert.Equal(0xE3069283u, Checksum([.. "123456789"u8]));
        Assert.Equal(0x8A9136AAu, Checksum(new byte[32]));
    }

    [Fact]
    public void Every_cell_of_the_csv_files_is_a_scalar_of_its_step()
    {
        Run(steps: 12, measure: new MeasureOptions(5, 20));

        (long Step, string Tag, Field[] Value)[] scalars = [.. Values(File()).Where(static one => one.Value.Any(IsScalar))];
        Dictionary<(long, string), float> byStep = scalars.ToDictionary(
            static one => (one.Step, one.Tag), static one => one.Value.First(IsScalar).Float);
        CsvTable losses = CsvTable.Read(_temp["run/losses.csv"]);
        CsvTable measures = CsvTable.Read(_temp["run/measures.csv"]);
        Assert.Equal(12 * (losses.Names.Count - 1) + 3 * (measures.Names.Count - 1), byStep.Count);
        foreach (CsvTable table in (CsvTable[])[losses, measures])
        {
            foreach (string name in table.Names.Where(static name => name != "step"))
            {
                Assert.All(
                    table.ByStep(name),
                    pair => Assert.Equal(pair.Value, byStep[((long)pair.Key, name)], (1e-6 * Math.Abs(pair.Value)) + 1e-6));
            }
        }
    }

    [Fact]
    public void The_first_value_of_a_column_has_its_description()
    {
        Run(steps: 2);

        (long Step, string Tag, Field[] Value)[] all = [.. Values(File()).Where(static one => one.Tag == "diversity")];
        Field[] metadata = all[0].Value.First(static field => field.Number == 9).Message;
        Assert.Equal("scalars", metadata.First(static field => field.Number == 1).Message[0].Text);
        Assert.Equal(
            GanStep.Columns.First(static column => column.Name == "diversity").Description,
            metadata.First(static field => field.Number == 3).Text);
        Assert.DoesNotContain(all[1].Value, static field => field.Number == 9);
    }

    [Fact]
    public void Sample_grids_are_the_pictures_of_the_run()
    {
        Run(steps: 20);

        (long Step, string Tag, Field[] Value)[] images = [.. Values(File()).Where(static one => one.Value.Any(IsImage))];
        Assert.Equal([("samples", 10L), ("real", 0L), ("samples", 20L)], images.Select(static one => (one.Tag, one.Step)));
        Field[] image = images[2].Value.First(IsImage).Message;
        byte[] png = image.First(static field => field.Number == 4).Bytes;
        Assert.Equal(System.IO.File.ReadAllBytes(_temp["run/samples/step-000020.png"]), png);
        Shape shape = Png.Read(new MemoryStream(png)).Shape;
        Assert.Equal(
            [shape[1], shape[2], shape[0]], image.Take(3).OrderBy(static field => field.Number).Select(static field => (int)field.Integer));
    }

    [Fact]
    public void Histograms_hold_every_weight_and_gradient_of_both_networks()
    {
        GanRun run = Run(steps: 10, histogramEvery: 5);

        (long Step, string Tag, Field[] Value)[] all = [.. Values(File()).Where(static one => one.Value.Any(IsHistogram))];
        string[] parameters =
        [
            .. run.GanTrainer.Generator.NamedParameters().Select(static one => $"generator.{one.Name}"),
            .. run.GanTrainer.Discriminator.NamedParameters().Select(static one => $"discriminator.{one.Name}"),
        ];
        Assert.Equal([5, 10], all.Select(static one => one.Step).Distinct());
        Assert.Equal(
            parameters.SelectMany(static name => (string[])[$"gradients/{name}", $"weights/{name}"]).Order(),
            all.Where(static one => one.Step == 10).Select(static one => one.Tag).Order());

        (string name, Tensor weights) = run.GanTrainer.Generator.NamedParameters()[0];
        double[] values = weights.To(DType.Float64).ToArray<double>();
        Field[] histogram = all.Single(one => one.Step == 10 && one.Tag == $"weights/generator.{name}").Value.First(IsHistogram).Message;
        double Scalar(int number) => histogram.First(field => field.Number == number).Double;
        Assert.Equal((values.Min(), values.Max(), values.Length), (Scalar(1), Scalar(2), (int)Scalar(3)));
        Assert.Equal(values.Sum(), Scalar(4), 10);
        Assert.Equal(values.Sum(static value => value * value), Scalar(5), 10);
        double[] limits = histogram.First(static field => field.Number == 6).Doubles;
        double[] counts = histogram.First(static field => field.Number == 7).Doubles;
        Assert.Equal(limits.Length, counts.Length);
        Assert.Equal(limits.Order(), limits);
        for (int i = 1; i < limits.Length; i++)
        {
            Assert.Equal(values.Count(value => value >= limits[i - 1] && value < limits[i]), counts[i]);
        }

        Assert.Equal(values.Length, counts.Sum());
    }

    [Fact]
    public void Gradients_are_those_of_the_last_update()
    {
        double norm = double.NaN;
        GanRun run = NewRun(steps: 1);
        run.TensorBoard = new TensorBoardOptions(histogramEvery: 1);
        run.Execute(step => norm = step.GeneratorGradientNorm, TestContext.Current.CancellationToken);

        double squares = Values(File()).Where(static one => one.Tag.StartsWith("gradients/generator.", StringComparison.Ordinal))
            .Sum(static one => one.Value.First(IsHistogram).Message.First(static field => field.Number == 5).Double);
        Assert.Equal(norm, Math.Sqrt(squares), 1e-5 * norm);
    }

    [Fact]
    public void A_resumed_run_continues_in_a_new_file()
    {
        Run(steps: 12, stopAt: 11);
        GanRunRecord record = (GanRunRecord)RunFolder.ReadRecord(_temp["run"]);
        string[] before = Files();
        byte[] first = System.IO.File.ReadAllBytes(before[0]);
        GanRun resumed = GanRun.Resume(record, Tiny.Data, new CheckpointFolder(_temp["run/checkpoints"]).Latest());
        using (RunFolder folder = RunFolder.Reopen<GanStep>(_temp["run"], record.StepsDone))
        {
            resumed.Execute(folder, null, TestContext.Current.CancellationToken);
        }

        string[] files = Files();
        Assert.Equal(2, files.Length);
        Assert.Equal(before[0], files[0]);
        Assert.Equal(first, System.IO.File.ReadAllBytes(files[0]));
        IReadOnlyList<Field[]> events = Read(files[1]);
        Assert.Equal("brain.Event:2", events[0].First(static field => field.Number == 3).Text);
        Assert.Equal(12, Step(events[1]));
        Assert.Equal(1ul, events[1].First(static field => field.Number == 7).Message.Single(static field => field.Number == 1).Integer);
        Assert.Equal([12], Values(files[1]).Where(static one => one.Tag == "generator_loss").Select(static one => one.Step));
    }

    [Fact]
    public void The_training_is_bit_identical_with_and_without()
    {
        Run(steps: 6, histogramEvery: 2);
        GanRun plain = GanRun.Open(_temp["plain"], Tiny.Data, Tiny.Recipe(steps: 6).Options, sampleEvery: 10);
        plain.Execute(cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(
            System.IO.File.ReadAllBytes(_temp["plain/generator.safetensors"]),
            System.IO.File.ReadAllBytes(_temp["run/generator.safetensors"]));
        Assert.Empty(Directory.GetFiles(_temp["plain"], "*tfevents*"));
    }

    [Fact]
    public void Values_that_are_not_finite_are_counted_apart()
    {
        Histogram? histogram = Histogram.Of(Tensor.From<float>([1, float.NaN, -1, float.PositiveInfinity, 0]), out int notFinite);

        Assert.Equal(2, notFinite);
        Assert.Equal(
            (-1.0, 1.0, 3L, 0.0, 2.0),
            (histogram!.Least, histogram.Greatest, histogram.Count, histogram.Sum, histogram.SumOfSquares));
        Assert.Null(Histogram.Of(Tensor.From<float>([float.NaN]), out notFinite));
        Assert.Equal(1, notFinite);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-12)]
    [InlineData(-1e-12)]
    [InlineData(1e300)]
    [InlineData(-1e300)]
    [InlineData(double.MaxValue)]
    [InlineData(double.MinValue)]
    public void Any_finite_value_has_a_bin(double value)
    {
        Histogram histogram = Histogram.Of(Tensor.From<double>([value]), out _)!;

        int bin = Array.IndexOf(histogram.Counts, 1);
        Assert.True(value < histogram.Limits[bin] || bin == histogram.Limits.Length - 1);
        Assert.True(bin == 0 || value >= histogram.Limits[bin - 1]);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(127ul)]
    [InlineData(128ul)]
    [InlineData(16384ul)]
    [InlineData(ulong.MaxValue)]
    public void Integers_of_any_size_are_read_back(ulong value)
    {
        Directory.CreateDirectory(_temp["run"]);
        using (EventFile file = new(_temp["run"], firstStep: 0))
        {
            file.Write((long)value, []);
        }

        Field[] last = Read(File())[^1];
        Assert.Equal(value, last.Single(static field => field.Number == 2).Integer);
    }

    [Fact]
    public void Every_kind_of_run_writes_one()
    {
        EmbeddingOptions options = EmbeddingOptions.Siamese with { Steps = 2, BatchSize = 4, HeldOut = [] };
        EmbeddingRun run = new(options, new EmbeddingNetwork(width: 2), Tiny.Data)
        {
            TensorBoard = new TensorBoardOptions(histogramEvery: 1),
        };
        using (RunFolder folder = RunFolder.Create<EmbeddingStep>(_temp["run"]))
        {
            run.Execute(folder, null, TestContext.Current.CancellationToken);
        }

        Assert.Contains(Values(File()), static one => one is { Step: 2, Tag: "gradient_norm" });
        Assert.Contains(Values(File()), static one => one.Tag.StartsWith("weights/encoder.", StringComparison.Ordinal));
    }

    [Fact]
    public void Options_are_checked_and_recorded()
    {
        Assert.Contains(
            "TensorBoardOptions.HistogramEvery: the value must be at least 0 steps, but is -1",
            Assert.Throws<TrainingException>(static () => new TensorBoardOptions(-1)).Message,
            StringComparison.Ordinal);
        GanRun run = NewRun(steps: 1);
        run.TensorBoard = new TensorBoardOptions(histogramEvery: 100);
        run.Execute(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(new TensorBoardOptions(100), RunFolder.ReadRecord(_temp["run"]).TensorBoard);
    }

    GanRun Run(int steps, int histogramEvery = 0, MeasureOptions? measure = null, long? stopAt = null)
    {
        GanRun run = NewRun(steps, measure);
        run.TensorBoard = new TensorBoardOptions(histogramEvery);
        using CancellationTokenSource stop = new();
        run.Execute(
            step =>
            {
                if (step.Step == stopAt)
                {
                    stop.Cancel();
                }
            },
            stop.Token);
        return run;
    }

    GanRun NewRun(int steps, MeasureOptions? measure = null) =>
        GanRun.Open(_temp["run"], Tiny.Data, Tiny.Recipe(steps: steps).Options, sampleEvery: 10, measure: measure);

    string[] Files() => [.. Directory.GetFiles(_temp["run"], "events.out.tfevents.*").Order(StringComparer.Ordinal)];

    string File() => Assert.Single(Files());

    static bool IsScalar(Field field) => field.Number == 2;

    static bool IsImage(Field field) => field.Number == 4;

    static bool IsHistogram(Field field) => field.Number == 5;
}
