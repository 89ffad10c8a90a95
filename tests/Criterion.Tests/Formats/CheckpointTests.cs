using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;

namespace Criterion.Tests.Formats;

/// <summary>A checkpoint of one's own training loop: resumed with the same bits, or refused without a change.</summary>
public sealed class CheckpointTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("criterion-checkpoint").FullName;

    string File => Path.Combine(_folder, "checkpoint.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Loop_with_dropout_resumes_with_the_same_bits()
    {
        Loop whole = new(seed: 1);
        double[] losses = whole.Train(20);

        Loop first = new(seed: 1);
        double[] before = first.Train(10);
        Checkpoint.Write(File, 10, first.Parts);
        Loop second = new(seed: 2);
        Assert.Equal(10, Checkpoint.Read(File, second.Parts));
        Assert.Equal(losses, before.Concat(second.Train(10)));
        AssertSame(Values(whole), Values(second));
    }

    [Fact]
    public void Each_part_is_needed_for_the_same_bits()
    {
        Loop whole = new(seed: 1);
        whole.Train(10);
        Checkpoint.Write(File, 10, whole.Parts);
        double[] losses = whole.Train(10);
        foreach (string forgotten in (string[])["model", "optimizer", "schedule", "average", "random"])
        {
            Loop other = new(seed: 2);
            IReadOnlyDictionary<string, Tensor> state = Checkpoint.Read(File).State;
            foreach ((string name, IStateful part) in other.Parts.Where(named => named.Name != forgotten))
            {
                part.LoadStateDict(StateGroup.Part(state, name));
            }

            double[] resumed = other.Train(10);
            AssertDiffer(
                [.. losses, .. Values(whole).Values.SelectMany(static value => value)],
                [.. resumed, .. Values(other).Values.SelectMany(static value => value)],
                forgotten);
        }
    }

    [Fact]
    public void Checkpoint_of_the_same_parts_is_replaced()
    {
        Loop loop = new(seed: 1);
        Checkpoint.Write(File, 3, loop.Parts);
        loop.Train(1);
        Checkpoint.Write(File, 4, loop.Parts);
        Assert.Equal(4, Checkpoint.Read(File, new Loop(2).Parts));
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Checkpoint_of_other_parts_is_not_replaced()
    {
        Loop loop = new(seed: 1);
        Checkpoint.Write(File, 3, loop.Parts);
        AssertNotReplaced(
            "is not a checkpoint of model: its parts are model, optimizer, schedule, average, random. Choose another file, or delete it",
            () => Checkpoint.Write(File, 4, ("model", loop.Model)));
    }

    [Fact]
    public void Other_files_are_not_replaced()
    {
        Loop loop = new(seed: 1);
        Safetensors.Write(File, loop.Model.StateDict());
        AssertNotReplaced("is not a checkpoint of model: it is another kind of file", Write);
        System.IO.File.WriteAllText(File, "a letter");
        AssertNotReplaced("is not a checkpoint of model: it is another kind of file", Write);
        System.IO.File.WriteAllText(File, "");
        AssertNotReplaced("is not a checkpoint of model: it is another kind of file", Write);

        void Write() => Checkpoint.Write(File, 4, ("model", loop.Model));
    }

    /// <summary>Of the header, the data and the checksum, a part of any length is missing.</summary>
    [Fact]
    public void Truncated_file_changes_nothing()
    {
        Loop loop = new(seed: 1);
        Checkpoint.Write(File, 3, loop.Parts);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        for (int length = 0; length < bytes.Length; length += 37)
        {
            System.IO.File.WriteAllBytes(File, bytes[..length]);
            AssertRefused("cannot be read", static _ => { });
        }
    }

    [Fact]
    public void Altered_byte_changes_nothing()
    {
        Loop loop = new(seed: 1);
        Checkpoint.Write(File, 3, loop.Parts);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        bytes[^9] ^= 4;
        System.IO.File.WriteAllBytes(File, bytes);
        AssertRefused("its checksum differs", static _ => { });
    }

    [Fact]
    public void Missing_file_changes_nothing() => AssertRefused("cannot be read", static _ => { });

    [Fact]
    public void Missing_and_unexpected_parts_are_listed()
    {
        Loop loop = new(seed: 1);
        Checkpoint.Write(File, 3, ("model", loop.Model), ("other", loop.Optimizer), ("random", loop.Random));
        AssertRefused("missing parts: optimizer, schedule, average; unexpected parts: other", static _ => { });
    }

    /// <summary>The last part refuses its state after all others have accepted theirs.</summary>
    [Fact]
    public void Part_that_refuses_its_state_changes_nothing()
    {
        Loop loop = new(seed: 1);
        loop.Train(3);
        Checkpoint.Write(
            File, 3, [.. loop.Parts.Where(static named => named.Name != "random"), ("random", new ExponentialMovingAverage(loop.Model))]);
        AssertRefused("random: RandomStream: the state does not match: missing: seed, position; unexpected: 0.weight", static _ => { });
    }

    [Fact]
    public void Every_part_that_refuses_its_state_is_listed()
    {
        Loop loop = new(seed: 1, width: 9);
        loop.Train(3);
        Checkpoint.Write(File, 3, loop.Parts);
        AssertRefused("model: Sequential: the state does not match: of another shape: 0.weight [9, 4] (should be [8, 4])", static _ => { });
        AssertRefused("optimizer: AdamW: the state does not match: of another shape: 0.exp_avg [9, 4]", static _ => { });
        AssertRefused("average: ExponentialMovingAverage: the state does not match: of another shape: 0.weight", static _ => { });
    }

    [Fact]
    public void Failure_after_training_restores_what_was_trained()
    {
        Loop small = new(seed: 1);
        small.Train(3);
        Checkpoint.Write(File, 3, [.. small.Parts.Where(static named => named.Name != "random"), ("random", small.Optimizer)]);
        AssertRefused("random: RandomStream", static loop => loop.Train(5));
    }

    [Fact]
    public void Part_without_state_is_neither_missing_nor_unexpected()
    {
        Checkpoint.Write(File, 3, ("activation", new ReLU()), ("random", new RandomStream(5)));
        RandomStream random = new(6);
        Assert.Equal(3, Checkpoint.Read(File, ("activation", new ReLU()), ("random", random)));
        Assert.Equal(3, Checkpoint.Read(File, ("random", random)));
        Assert.Equal(5UL, random.Key);
    }

    [Fact]
    public void Plateau_schedule_is_written_before_its_first_step_too()
    {
        SGD optimizer = new([Tensor.Zeros([1])], 0.1);
        PlateauSchedule schedule = new(optimizer);
        Checkpoint.Write(File, 0, ("plateau", schedule));
        schedule.Step(5);
        Assert.Equal(0, Checkpoint.Read(File, ("plateau", schedule)));
        Assert.Null(schedule.Best);
        schedule.Step(5);
        Checkpoint.Write(File, 1, ("plateau", schedule));
        PlateauSchedule other = new(optimizer);
        Assert.Equal(1, Checkpoint.Read(File, ("plateau", other)));
        Assert.Equal(5, other.Best);
    }

    [Fact]
    public void Variables_of_a_loop_are_a_part()
    {
        BoundaryEquilibriumController controller = new(k: 0.1 + 0.2);
        LeCamState means = new(1.5, double.NaN, 7);
        Checkpoint.Write(File, 3, Parts());
        (controller, means) = (new(), new());
        Checkpoint.Read(File, Parts());
        Assert.Equal(0.1 + 0.2, controller.K);
        Assert.Equal(new LeCamState(1.5, double.NaN, 7), means);

        Assert.Contains("values [3] (should be [1])", Assert.Throws<CheckpointException>(() => Checkpoint.Read(
            File, ("controller", Parts()[0].Part), ("means", Parts()[0].Part))).Message, StringComparison.Ordinal);
        Assert.Equal(0.1 + 0.2, controller.K);
        Assert.Throws<ArgumentNullException>(() => new StatefulNumbers(null!, static _ => { }));
        Assert.Throws<ArgumentNullException>(() => new StatefulNumbers(static () => [], null!));

        (string Name, IStateful Part)[] Parts() =>
        [
            ("controller", new StatefulNumbers(() => [controller.K], values => controller = controller with { K = values[0] })),
            ("means", new StatefulNumbers(
                () => [means.Real, means.Fake, means.Steps], values => means = new(values[0], values[1], (long)values[2]))),
        ];
    }

    /// <summary>A part of one's own may throw anything, halfway through.</summary>
    [Fact]
    public void Part_that_fails_halfway_is_restored_too()
    {
        double first = 1;
        double second = 2;
        bool fails = false;
        StatefulNumbers numbers = new(() => [first, second], values =>
        {
            first = values[0];
            (bool failing, fails) = (fails, false);
            _ = failing ? throw new InvalidOperationException("halfway") : 0;
            second = values[1];
        });
        RandomStream random = new(5);
        Checkpoint.Write(File, 1, ("random", random), ("numbers", numbers));
        (first, second, fails) = (3, 4, true);
        random.NextDouble();
        Assert.Contains(
            "numbers: halfway",
            Assert.Throws<CheckpointException>(() => Checkpoint.Read(File, ("random", random), ("numbers", numbers))).Message,
            StringComparison.Ordinal);
        Assert.Equal((3, 4, 1UL), (first, second, random.Position));
    }

    [Fact]
    public void Names_may_have_dots_and_share_a_beginning()
    {
        RandomStream[] streams = [new(1, 2), new(3, 4), new(5, 6)];
        Checkpoint.Write(File, 0, ("random.0", streams[0]), ("random.1", streams[1]), ("random1", streams[2]));
        RandomStream[] read = [new(9), new(9), new(9)];
        Checkpoint.Read(File, ("random.0", read[0]), ("random.1", read[1]), ("random1", read[2]));
        Assert.Equal(streams.Select(static x => (x.Key, x.Position)), read.Select(static x => (x.Key, x.Position)));
        string message = Assert.Throws<CheckpointException>(
            () => Checkpoint.Read(File, ("random.0", read[0]), ("random.2", read[1]), ("random1", read[2]))).Message;
        Assert.Contains("missing parts: random.2; unexpected parts: random.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_part_can_be_read_alone()
    {
        Loop loop = new(seed: 1);
        Checkpoint.Write(File, 3, loop.Parts);
        Loop other = new(seed: 2);
        other.Model.LoadStateDict(StateGroup.Part(Checkpoint.Read(File).State, "model"));
        loop.Model.Eval();
        other.Model.Eval();
        Assert.Equal(loop.Model.Forward(loop.X).ToArray<float>(), other.Model.Forward(loop.X).ToArray<float>());
    }

    [Fact]
    public void Names_and_steps_are_checked()
    {
        RandomStream random = new(1);
        Assert.Contains("is repeated", Assert.Throws<ArgumentException>(
            () => Checkpoint.Write(File, 0, ("a", random), ("a", random))).Message, StringComparison.Ordinal);
        Assert.Contains("the beginning of another", Assert.Throws<ArgumentException>(
            () => Checkpoint.Write(File, 0, ("a.b", random), ("a", random))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Checkpoint.Write(File, 0, ("", random)));
        Assert.Throws<ArgumentNullException>(() => Checkpoint.Write(File, 0, ("a", null!)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Checkpoint.Write(File, -1, ("a", random)));
        Assert.Throws<ArgumentException>(() => Checkpoint.Write("", 1, ("a", random)));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    /// <summary>The layers and optimizers of the loop continue with the objects that they already use.</summary>
    [Fact]
    public void Loop_can_go_back_to_its_own_checkpoint()
    {
        Loop loop = new(seed: 1);
        loop.Train(5);
        Checkpoint.Write(File, 5, loop.Parts);
        double[] once = loop.Train(5);
        Checkpoint.Read(File, loop.Parts);
        Assert.Equal(once, loop.Train(5));
    }

    void AssertRefused(string part, Action<Loop> before)
    {
        Loop loop = new(seed: 2);
        before(loop);
        Dictionary<string, double[]> values = Values(loop);
        Assert.Contains(
            part, Assert.Throws<CheckpointException>(() => Checkpoint.Read(File, loop.Parts)).Message, StringComparison.Ordinal);
        AssertSame(values, Values(loop));
    }

    void AssertNotReplaced(string part, Action write)
    {
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        Assert.Contains(part, Assert.Throws<CheckpointException>(write).Message, StringComparison.Ordinal);
        Assert.Equal(bytes, System.IO.File.ReadAllBytes(File));
    }

    static Dictionary<string, double[]> Values(Loop loop) => new StateGroup(loop.Parts).StateDict().ToDictionary(
        static pair => pair.Key, static pair => pair.Value.To(DType.Float64).ToArray<double>());

    static void AssertSame(Dictionary<string, double[]> expected, Dictionary<string, double[]> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.All(expected, pair => Assert.Equal(pair.Value, actual[pair.Key]));
    }

    static void AssertDiffer(double[] expected, double[] actual, string forgotten) =>
        Assert.False(expected.SequenceEqual(actual), $"without {forgotten} the loop resumed with the same bits");

    /// <summary>A loop with all that has state: dropout, moments, a schedule, an average, and batches drawn at random.</summary>
    sealed class Loop
    {
        readonly Tensor _y;

        public Loop(ulong seed, int width = 8)
        {
            Random = new RandomStream(seed);
            X = Tensor.Randn([64, 4], random: new RandomStream(3));
            _y = X.Sum([1], keepDim: true).Sin();
            Model = new Sequential(
                new Linear(4, width, random: Random), new ReLU(), new Dropout(0.3, Random), new Linear(width, 1, random: Random));
            Optimizer = new AdamW(Model.Parameters(), learningRate: 0.01);
            LearningRateSchedule schedule = new(Optimizer, new CosineSchedule(1, 0, 20));
            ExponentialMovingAverage average = new(Model, 0.9);
            Parts = [("model", Model), ("optimizer", Optimizer), ("schedule", schedule), ("average", average), ("random", Random)];
            Step = () =>
            {
                Optimizer.Step();
                schedule.Step();
                average.Update();
            };
        }

        public (string Name, IStateful Part)[] Parts { get; }

        public Sequential Model { get; }

        public AdamW Optimizer { get; }

        public RandomStream Random { get; }

        public Tensor X { get; }

        Action Step { get; }

        public double[] Train(int steps) => [.. Enumerable.Range(0, steps).Select(_ => TrainStep())];

        double TrainStep()
        {
            Tensor batch = Tensor.RandInt(0, 64, [16], Random);
            Tensor loss = new MSELoss().Forward(Model.Forward(X.IndexSelect(0, batch)), _y.IndexSelect(0, batch));
            Optimizer.ZeroGrad();
            loss.Backward();
            Step();
            return loss.Item();
        }
    }
}
