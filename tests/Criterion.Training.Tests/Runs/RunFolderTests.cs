using System.Globalization;
using System.Runtime.Versioning;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Tests.Repository;

namespace Criterion.Training.Tests;

public sealed class RunFolderTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_run_leaves_pictures_losses_options_and_weights()
    {
        GanRunRecord record = Tiny.Run(_temp["run"], Tiny.Recipe(steps: 25));

        Assert.Equal((RunStatus.Finished, 25L), (record.Status, record.StepsDone));
        Assert.Equal(
            ["real.png", "step-000010.png", "step-000020.png", "step-000025.png"],
            Directory.GetFiles(_temp["run/samples"]).Select(Path.GetFileName).Order());
        Assert.Equal(new Shape(1, (66 * 8) + 2, (66 * 8) + 2), Png.Read(_temp["run/samples/step-000025.png"]).Shape);
        Assert.Equal(record, RunJson.Read(File.ReadAllText(_temp["run/run.json"])));
        Assert.True(File.Exists(_temp["run/generator.safetensors"]));
    }

    [Fact]
    public void Losses_are_one_row_a_step_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = TestCulture.Comma();
        List<GanStep> steps = [];
        try
        {
            Tiny.Run(_temp["run"], Tiny.Recipe(steps: 3), steps.Add);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        string[] lines = File.ReadAllLines(_temp["run/losses.csv"]);
        Assert.StartsWith("step,discriminator_loss,generator_loss,d_real,d_fake,", lines[0], StringComparison.Ordinal);
        Assert.Equal(4, lines.Length);
        double[] row = [.. lines[3].Split(',').Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
        Assert.Equal(GanStep.Columns.Count, row.Length);
        Assert.Equal(3, row[0]);
        Assert.Equal(steps[2].DiscriminatorLoss, row[1], 6);
    }

    [Fact]
    public void The_record_says_everything_and_survives_json()
    {
        GanRunRecord record = Tiny.Run(_temp["run"], Tiny.Recipe("wgan-gp", seed: 7, steps: 1));
        string json = File.ReadAllText(_temp["run/run.json"]);

        foreach (string part in new[] { "\"wgan-gp\"", "\"WassersteinGanLoss\"", "\"weight\": 10", "\"seed\": 7", "\"dotNet\"",
            "\"vectorBits\"", "\"threads\"", "\"source\": \"noise\"", "\"Finished\"" })
        {
            Assert.Contains(part, json, StringComparison.Ordinal);
        }

        Assert.Equal(record.Options, ((GanRunRecord)RunJson.Read(json)).Options);
    }

    [Fact]
    public void Every_objective_and_penalty_survives_json()
    {
        GanRunRecord record = Tiny.Run(_temp["run"], Tiny.Recipe(steps: 1));
        GanLoss[] objectives = [.. Every<GanLoss>()];
        Penalty[] penalties = [.. Every<Penalty>()
            .Where(static penalty => penalty is InputGradientPenalty or DriftPenalty or LeCamPenalty or ConsistencyPenalty)];

        Assert.Equal(21, objectives.Length);
        Assert.Equal(7, penalties.Length);
        Assert.All(objectives, objective => Survives(record.Options with { Objective = objective }));
        Assert.All(penalties,
            penalty => Survives(record.Options with { Regularizers = [new(penalty with { Weight = 0.5 }, 4), new R1Penalty(2)] }));

        void Survives(GanOptions options) => Assert.Equal(options,
            ((GanRunRecord)RunJson.Read(RunJson.Write(record with { Options = options }))).Options);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"options\":{\"objective\":3}}")]
    [InlineData("{\"options\":{\"objective\":{\"kind\":\"Nonsense\"}}}")]
    [InlineData("{\"options\":{\"objective\":{\"kind\":\"R1Penalty\"}}}")]
    [InlineData("{\"options\":{\"penalty\":{\"kind\":\"HingeGanLoss\"}}}")]
    public void Other_json_is_no_record(string json) => Assert.Throws<TrainingException>(() => RunJson.Read(json));

    [Fact]
    public void Cancelling_finishes_the_step_and_writes_what_there_is()
    {
        using CancellationTokenSource source = new();
        GanRunRecord record = Tiny.Run(_temp["run"], Tiny.Recipe(steps: 1000), step => Cancel(step, source), source);

        Assert.Equal((RunStatus.Stopped, 7L), (record.Status, record.StepsDone));
        Assert.Equal(8, File.ReadAllLines(_temp["run/losses.csv"]).Length);
        Assert.True(File.Exists(_temp["run/samples/step-000007.png"]));
        Assert.Equal(16, Assert.IsType<Dcgan>(GeneratorFile.Read(_temp["run/generator.safetensors"]).Network).Size);
    }

    [Fact]
    public void An_existing_folder_is_taken_only_if_empty()
    {
        Directory.CreateDirectory(_temp["empty"]);
        RunFolder.Create<GanStep>(_temp["empty"]).Dispose();

        string message = Assert.Throws<TrainingException>(() => RunFolder.Create<GanStep>(_temp["empty"])).Message;

        Assert.Contains("Choose a new folder", message, StringComparison.Ordinal);
        File.WriteAllText(_temp["file"], "");
        Assert.Throws<TrainingException>(() => RunFolder.Create<GanStep>(_temp["file"]));
    }

    [Fact]
    public void A_folder_that_cant_be_made_is_refused()
    {
        File.WriteAllText(_temp["file"], "");
        Assert.Contains("cannot be created", Assert.Throws<TrainingException>(() => RunFolder.Create<GanStep>(_temp["file/run"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_vanishes_stops_the_run_with_the_cause() => Assert.Contains(
        "can no longer be written",
        Assert.Throws<TrainingException>(() => Tiny.Run(_temp["run"], Tiny.Recipe(), _ => Vanish(_temp["run/samples"]))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_whole_run_folder_that_vanishes_stops_the_run_at_once_and_is_not_made_anew()
    {
        int steps = 0;
        string message = Assert.Throws<TrainingException>(() => Tiny.Run(_temp["run"], Tiny.Recipe(), _ =>
        {
            steps++;
            Vanish(_temp["run"]);
        })).Message;

        Assert.Contains("the folder no longer exists", message, StringComparison.Ordinal);
        Assert.Equal(1, steps);
        Assert.False(Directory.Exists(_temp["run"]));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_folder_without_permission_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "root may write everywhere");
        Directory.CreateDirectory(_temp["locked"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Contains("you may write to", Assert.Throws<TrainingException>(() => RunFolder.Create<GanStep>(_temp["locked/run"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_nobody_may_write_to_is_refused()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "this system has no /proc");
        Assert.Contains("you may write to", Assert.Throws<TrainingException>(() => RunFolder.Create<GanStep>("/proc/self/run")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_folder_that_is_locked_while_training_stops_the_run_and_keeps_the_last_checkpoint()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "root may write everywhere");
        Assert.Contains(
            "can no longer be written",
            Assert.Throws<TrainingException>(() => Tiny.Run(_temp["run"], Tiny.Recipe(),
                _ => File.SetUnixFileMode(_temp["run/samples"], UnixFileMode.UserRead | UnixFileMode.UserExecute))).Message,
            StringComparison.Ordinal);
        File.SetUnixFileMode(_temp["run/samples"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(0, new CheckpointFolder(_temp["run/checkpoints"]).Latest(static message => Assert.Fail(message)).Step);
    }

    [Fact]
    public void A_loss_that_is_no_number_leaves_the_last_checkpoint_as_it_was()
    {
        GanRecipe recipe = Tiny.Recipe();
        GanRun run = new(
            recipe with { Options = recipe.Options with { DiscriminatorLearningRate = 1e30 } }, Tiny.Data, Tiny.Width, checkpointEvery: 1);
        using RunFolder folder = RunFolder.Create<GanStep>(_temp["run"]);

        string message = Assert.ThrowsAny<TrainingException>(
            () => run.Execute(folder, cancellation: TestContext.Current.CancellationToken)).Message;
        Assert.Contains("The first tensor that is not finite is", message, StringComparison.Ordinal);
        Checkpoint last = folder.Checkpoints.Latest(static problem => Assert.Fail(problem));
        Assert.Equal(run.Record.StepsDone, last.Step);
        Assert.All(
            last.State.Values, static tensor => Assert.Equal(1, tensor.To(DType.Float64).IsFinite().To(DType.Float64).Mean().Item()));
    }

    [Fact]
    public void A_full_disk_stops_the_run_with_the_cause_and_keeps_the_rest()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        GanRun run = new(Tiny.Recipe(), Tiny.Data, Tiny.Width);
        using RunFolder folder = RunFolder.Create<GanStep>(_temp["run"]);

        // The file system fills up once training runs: writing weights then fails.
        File.CreateSymbolicLink(_temp["run/generator.safetensors"], "/dev/full");

        TrainingException error = Assert.Throws<TrainingException>(
            () => run.Execute(folder, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("Free space", error.Message, StringComparison.Ordinal);
        RunRecord record = RunJson.Read(File.ReadAllText(_temp["run/run.json"]));
        Assert.Equal(RunStatus.Failed, record.Status);
        Assert.False(string.IsNullOrEmpty(record.Error));
        Assert.Equal(21, File.ReadAllLines(_temp["run/losses.csv"]).Length);
    }

    [Fact]
    public void A_generator_comes_back_as_it_was()
    {
        Dcgan network = new(16, 3, Tiny.Width, 6);
        Tensor latents = network.Latents(2, new RandomStream(5));
        Nn.Sequential generator = network.Generator(new RandomStream(1));
        GeneratorFile.Write(_temp["g.safetensors"], network, generator);

        (GanNetworks read, Nn.Sequential again) = GeneratorFile.Read(_temp["g.safetensors"]);

        Assert.Equal(network, read);
        Assert.Equal(generator.InBatches(latents).ToArray<float>(), again.InBatches(latents).ToArray<float>());
    }

    [Fact]
    public void Other_weights_are_no_generator()
    {
        Dictionary<string, string> dcgan = new() { ["architecture"] = "dcgan" };
        Safetensors.Write(_temp["a"], [new("x", Tensor.Ones([2]))]);
        Safetensors.Write(_temp["b"], [new("x", Tensor.Ones([2]))], dcgan);
        Safetensors.Write(_temp["c"], [new("0.weight", Tensor.Ones([1, 1, 4, 4])), new("1.weight", Tensor.Ones([900, 1, 4, 4]))], dcgan);
        Safetensors.Write(_temp["d"], [new("0.weight", Tensor.Ones([2, 3, 4, 4])), new("3.weight", Tensor.Ones([3, 1, 4, 4]))], dcgan);

        Assert.Throws<TrainingException>(() => GeneratorFile.Read(_temp["a"]));
        Assert.Throws<TrainingException>(() => GeneratorFile.Read(_temp["b"]));
        Assert.Throws<TrainingException>(() => GeneratorFile.Read(_temp["c"]));
        Assert.ThrowsAny<TensorException>(() => GeneratorFile.Read(_temp["d"]));
    }

    /// <summary>One of each kind, with the options that it has by itself.</summary>
    static IEnumerable<T> Every<T>() =>
        from type in typeof(T).Assembly.GetTypes()
        where type.IsSealed && type.IsAssignableTo(typeof(T))
        let maker = type.GetConstructors().MaxBy(static maker => maker.GetParameters().Length)
        select (T)maker.Invoke([.. maker.GetParameters()
            .Select(static p => p.ParameterType.IsEnum ? Enum.ToObject(p.ParameterType, p.DefaultValue!) : p.DefaultValue)]);

    static void Cancel(GanStep step, CancellationTokenSource source)
    {
        if (step.Step == 7)
        {
            source.Cancel();
        }
    }

    static void Vanish(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
