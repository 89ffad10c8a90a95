using System.Text.Json;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;
using Criterion.Tests.Golden;
using Criterion.Tests.Schedules;

namespace Criterion.Tests.Optim;

/// <summary>Several schedules on one optimizer: PyTorch's rates, in any order, made at any time, and resumed from saved states.</summary>
public class LearningRateScheduleTests
{
    static readonly Dictionary<string, Func<long, double>> Lambdas = new()
    {
        ["inverse_root"] = static step => 1 / Math.Sqrt(1 + step),
        ["linear"] = static step => Math.Max(0, 1 - (step / 150.0)),
    };

    public static IEnumerable<TheoryDataRow<string, string>> Compositions() => GoldenFile.Rows("schedules");

    public static TheoryData<string> LoadOrders => ["schedules", "schedules reversed", "optimizer first", "optimizer last"];

    [Theory]
    [Trait("Case", "schedule-after-warmup")]
    [MemberData(nameof(Compositions))]
    public void Compositions_have_the_rates_of_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("schedules", op, name);
        Course course = new(golden);
        foreach (double rate in Rates(golden))
        {
            course.Make();
            Close(rate, course.Optimizer.LearningRate);
            course.Step();
        }
    }

    [Theory]
    [MemberData(nameof(LoadOrders))]
    public void A_composition_resumes_from_its_states_at_any_step(string order)
    {
        foreach (GoldenCase golden in GoldenFile.Cases("schedules"))
        {
            double[] expected = Rates(golden);
            for (int stop = 0; stop < expected.Length; stop += 7)
            {
                Course course = new(golden);
                course.Run(stop);
                Course resumed = new(golden);
                resumed.Resume(course, order);
                for (; resumed.Done < expected.Length; resumed.Step())
                {
                    resumed.Make();
                    Close(expected[resumed.Done], resumed.Optimizer.LearningRate);
                }
            }
        }
    }

    [Fact]
    [Trait("Case", "schedule-after-warmup")]
    public void The_base_is_the_initial_rate()
    {
        SGD optimizer = new([Tensor.Zeros([1])], 0.1);
        LearningRateSchedule[] schedules =
        [
            new(optimizer, new LinearSchedule(1.0 / 3, 1, 5)), new(optimizer, new CosineSchedule(1, 0, 100)),
            new(optimizer, new StepSchedule(1, 7)), new(optimizer, new LambdaSchedule(static _ => 1)),
        ];
        Assert.All(schedules, static schedule => Assert.Equal(0.1, schedule.BaseRate));
    }

    [Fact]
    public void A_new_schedule_after_loading_the_optimizer_starts_from_the_initial_rate()
    {
        SGD first = new([Tensor.Zeros([1])], 0.1);
        _ = new LearningRateSchedule(first, new LinearSchedule(1.0 / 3, 1, 5));
        SGD second = new([Tensor.Zeros([1])], 7);
        second.LoadStateDict(first.StateDict());
        Assert.Equal(0.1 / 3, second.LearningRate, 1e-15);
        Assert.Equal(0.1, new LearningRateSchedule(second, new CosineSchedule(1, 0, 100)).BaseRate);
    }

    [Fact]
    public void A_warm_up_from_zero_composes()
    {
        SGD optimizer = new([Tensor.Zeros([1])], 0.1);
        LearningRateSchedule[] schedules = [new(optimizer, new LinearSchedule(0, 1, 4)), new(optimizer, new CosineSchedule(1, 0, 100))];
        for (int step = 1; step <= 50; step++)
        {
            Array.ForEach(schedules, static schedule => schedule.Step());
            Close(schedules[0].RateAt(step) * schedules[1].RateAt(step) / 0.1, optimizer.LearningRate);
        }
    }

    [Fact]
    public void A_schedule_alone_follows_its_formula_without_drift()
    {
        SGD optimizer = new([Tensor.Zeros([1])], 0.1);
        LearningRateSchedule schedule = new(optimizer, new CosineSchedule(1, 0.01, 1000) { IsPeriodic = true });
        for (int step = 1; step <= 10_000; step++)
        {
            schedule.Step();
            Assert.Equal(schedule.RateAt(step), optimizer.LearningRate);
        }
    }

    /// <summary>Also where the whole course is not an exact multiple of the rate, such as 0.1.</summary>
    [Theory]
    [MemberData(nameof(ScheduleTests.Schedules), MemberType = typeof(ScheduleTests))]
    public void Every_schedule_resumes_with_the_same_bits(Schedule schedule, double[] expected)
    {
        for (int stop = 0; stop < expected.Length; stop++)
        {
            (SGD whole, LearningRateSchedule first) = Make(0.1);
            Steps(first, stop);
            (SGD resumed, LearningRateSchedule second) = Make(0.7);
            new StateGroup(("optimizer", resumed), ("schedule", second)).LoadStateDict(
                new StateGroup(("optimizer", whole), ("schedule", first)).StateDict());
            for (int step = stop; step < expected.Length + 5; step++)
            {
                Assert.Equal(whole.LearningRate, resumed.LearningRate);
                Assert.Equal(0.1 * schedule.At(step), resumed.LearningRate);
                Steps(first, 1);
                Steps(second, 1);
            }
        }

        (SGD Optimizer, LearningRateSchedule Schedule) Make(double rate)
        {
            SGD optimizer = new([Tensor.Zeros([1])], rate);
            return (optimizer, new LearningRateSchedule(optimizer, schedule));
        }

        static void Steps(LearningRateSchedule schedule, int count)
        {
            for (int i = 0; i < count; i++)
            {
                schedule.Step();
            }
        }
    }

    [Fact]
    public void A_state_of_an_earlier_version_sets_the_rate_of_its_step()
    {
        SGD optimizer = new([Tensor.Zeros([1])], 3);
        LearningRateSchedule schedule = new(optimizer, new StepSchedule(1, 2, 0.5));
        Dictionary<string, Tensor> state = new()
        {
            ["step"] = Tensor.Scalar(5, DType.Int64),
            ["base_rate"] = Tensor.Scalar(0.8, DType.Float64),
        };
        schedule.LoadStateDict(state);
        Assert.Equal(0.2, optimizer.LearningRate, 1e-15);
        state.Remove("step");
        Assert.Contains("step", Assert.Throws<StateDictException>(() => schedule.LoadStateDict(state)).Message, StringComparison.Ordinal);
    }

    static double[] Rates(GoldenCase golden) => [.. golden["lrs"].EnumerateArray().Select(static rate => rate.GetDouble())];

    static void Close(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-12 * Math.Abs(expected) + 1e-18, $"{actual:R} should be {expected:R}");

    /// <summary>The schedules of a case on an optimizer of their own.</summary>
    sealed class Course(GoldenCase golden)
    {
        readonly JsonElement[] _parts = [.. golden["parts"].EnumerateArray()];
        readonly List<LearningRateSchedule> _schedules = [];

        public SGD Optimizer { get; } = new([Tensor.Zeros([1])], golden.Args.Double("lr"));

        public int Done { get; private set; }

        /// <summary>Makes the schedules that start here.</summary>
        public void Make() => _schedules.AddRange(_parts.Where(part => Start(part) == Done).Select(Build));

        public void Step()
        {
            _schedules.ForEach(static schedule => schedule.Step());
            Done++;
        }

        public void Run(int steps)
        {
            while (Done < steps)
            {
                Make();
                Step();
            }
        }

        public void Resume(Course other, string order)
        {
            _schedules.AddRange(_parts.Where(part => Start(part) < other.Done).Select(Build));
            Done = other.Done;
            List<Action> loads =
            [
                .. _schedules.Select<LearningRateSchedule, Action>(
                    (schedule, i) => () => schedule.LoadStateDict(other._schedules[i].StateDict())),
            ];
            Action optimizer = () => Optimizer.LoadStateDict(other.Optimizer.StateDict());
            List<Action> ordered = order switch
            {
                "schedules" => loads,
                "schedules reversed" => [.. loads.AsEnumerable().Reverse()],
                "optimizer first" => [optimizer, .. loads],
                _ => [.. loads, optimizer],
            };
            ordered.ForEach(static load => load());
        }

        static int Start(JsonElement part) => part.TryGetProperty("start", out JsonElement start) ? start.GetInt32() : 0;

        LearningRateSchedule Build(JsonElement part)
        {
            GoldenArgs args = new(part);
            double rate = Optimizer.Rates.First().Rate.Initial ?? Optimizer.LearningRate;
            return new(Optimizer, args.Text("kind") switch
            {
                "LinearLR" => new LinearSchedule(args.Double("start_factor"), args.Double("end_factor"), args.Int("total_iters")),
                "CosineAnnealingLR" => new CosineSchedule(1, args.Double("eta_min", 0) / rate, args.Int("T_max")) { IsPeriodic = true },
                "StepLR" => new StepSchedule(1, args.Int("step_size"), args.Double("gamma")),
                "MultiStepLR" => new MultiStepSchedule(
                    1, [.. args.Ints("milestones").Select(static step => (long)step)], args.Double("gamma")),
                "ExponentialLR" => new ExponentialSchedule(1, args.Double("gamma")),
                "CosineAnnealingWarmRestarts" => new CosineRestartSchedule(
                    1, args.Double("eta_min") / rate, args.Int("T_0"), args.Int("T_mult")),
                _ => new LambdaSchedule(Lambdas[args.Text("function")]),
            });
        }
    }
}
