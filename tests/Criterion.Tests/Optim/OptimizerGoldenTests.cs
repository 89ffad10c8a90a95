using Criterion.Optim;
using Criterion.Schedules;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Optim;

/// <summary>Ten steps of every optimizer, clipping, and schedules against PyTorch.</summary>
public class OptimizerGoldenTests
{
    static readonly Dictionary<string, Func<GoldenArgs, Tensor[], Optimizer>> Makers = new()
    {
        ["SGD"] = static (a, p) => new SGD(
            p,
            a.Double("lr"),
            a.Double("momentum", 0),
            a.Double("dampening", 0),
            a.Double("weight_decay", 0),
            a.Flag("nesterov"),
            a.Flag("maximize")),
        ["Adam"] = static (a, p) => new Adam(
            p,
            a.Double("lr"),
            Beta(a, 0),
            Beta(a, 1),
            a.Double("eps", 1e-8),
            a.Double("weight_decay", 0),
            a.Flag("amsgrad"),
            a.Flag("maximize")),
        ["AdamW"] = static (a, p) => new AdamW(
            p,
            a.Double("lr"),
            Beta(a, 0),
            Beta(a, 1),
            a.Double("eps", 1e-8),
            a.Double("weight_decay", 0.01),
            a.Flag("amsgrad"),
            a.Flag("maximize")),
        ["RMSprop"] = static (a, p) => new RMSprop(
            p,
            a.Double("lr"),
            a.Double("alpha", 0.99),
            a.Double("eps", 1e-8),
            a.Double("weight_decay", 0),
            a.Double("momentum", 0),
            a.Flag("centered"),
            a.Flag("maximize")),
    };

    static readonly Dictionary<string, Func<GoldenArgs, Schedule>> Schedules = new()
    {
        ["StepLR"] = static a => new StepSchedule(1, a.Int("step_size"), a.Double("gamma")),
        ["ExponentialLR"] = static a => new ExponentialSchedule(1, a.Double("gamma")),
        ["CosineAnnealingLR"] = static a =>
            new CosineSchedule(1, a.Double("eta_min", 0) / a.Double("lr", 1), a.Int("T_max")) { IsPeriodic = true },
        ["CosineAnnealingWarmRestarts"] = static a =>
            new CosineRestartSchedule(1, a.Double("eta_min", 0) / a.Double("lr"), a.Int("T_0"), a.Int("T_mult", 1)),
        ["OneCycleLR"] = static a => new OneCycleSchedule(
            1,
            a.Int("total_steps"),
            a.Double("pct_start", 0.3),
            a.Double("div_factor", 25),
            a.Double("final_div_factor", 1e4),
            a.Text("anneal_strategy", "cos") == "linear",
            a.Flag("three_phase")),
        ["SequentialLR"] = Sequence,
        ["LinearLR"] = static a => new LinearSchedule(a.Double("start_factor"), a.Double("end_factor", 1), a.Int("total_iters")),
        ["LambdaLR"] = static a =>
        {
            (double total, double start) = (a.Double("total"), a.Double("start"));
            return new LambdaSchedule(step => 1 - (Math.Max(0, step - start) / (total - start)));
        },
        ["MultiStepLR"] = static a =>
            new MultiStepSchedule(1, [.. a.Ints("milestones").Select(static step => (long)step)], a.Double("gamma")),
    };

    public static IEnumerable<TheoryDataRow<string, string>> Runs() => GoldenFile.Rows("optimizers", [.. Makers.Keys]);

    public static IEnumerable<TheoryDataRow<string, string>> Clips() =>
        GoldenFile.Rows("optimizers", "clip_grad_norm_", "clip_grad_value_");

    public static IEnumerable<TheoryDataRow<string, string>> ScheduleCases() => GoldenFile.Rows("optimizers", [.. Schedules.Keys]);

    public static IEnumerable<TheoryDataRow<string, string>> Groups() => GoldenFile.Rows("optimizers", "groups");

    public static IEnumerable<TheoryDataRow<string, string>> Plateaus() => GoldenFile.Rows("optimizers", "ReduceLROnPlateau");

    [Theory]
    [MemberData(nameof(Runs))]
    public void Ten_steps_agree_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("optimizers", op, name);
        Run(golden, DType.Float64, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Ten_steps_in_single_precision_stay_near(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("optimizers", op, name);
        Run(golden, DType.Float32, 2e-5);
    }

    [Theory]
    [MemberData(nameof(Clips))]
    public void Clipping_agrees_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("optimizers", op, name);
        Tensor[] gradients = golden.Tensors("inputs")!;
        Tensor[] parameters = [.. gradients.Select(Tensor.ZerosLike)];
        foreach ((Tensor parameter, Tensor gradient) in parameters.Zip(gradients))
        {
            parameter.Grad = gradient;
        }

        if (op == "clip_grad_norm_")
        {
            double total = GradientClip.ByNorm(parameters, golden.Args.Double("max_norm"), golden.Args.Double("norm_type"));
            Assert.Equal(golden["total_norm"].GetDouble(), total, 1e-12);
        }
        else
        {
            GradientClip.ByValue(parameters, golden.Args.Double("clip_value"));
        }

        foreach ((Tensor expected, Tensor parameter) in golden.Tensors("outputs")!.Zip(parameters))
        {
            GoldenAssert.Close(expected, parameter.Grad!, "clipped gradient", 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(ScheduleCases))]
    public void Schedules_agree_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("optimizers", op, name);
        SGD optimizer = new([Tensor.Zeros([1])], golden.Args.Double("lr"));
        LearningRateSchedule schedule = new(optimizer, Schedules[op](golden.Args));
        double[] expected = [.. golden["lrs"].EnumerateArray().Select(static rate => rate.GetDouble())];
        Assert.Equal(expected[0], optimizer.LearningRate, 1e-14);
        foreach (double rate in expected[1..])
        {
            schedule.Step();
            Assert.Equal(rate, optimizer.LearningRate, 1e-14);
        }
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Groups_under_a_schedule_agree_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("optimizers", op, name);
        ParameterGroup[] groups =
        [
            .. golden.Tensors("params")!.Zip(golden["groups"].EnumerateArray(), static (parameter, own) => new ParameterGroup([parameter])
            {
                LearningRate = own.TryGetProperty("lr", out var rate) ? rate.GetDouble() : null,
                WeightDecay = own.TryGetProperty("weight_decay", out var decay) ? decay.GetDouble() : null,
            }),
        ];
        GoldenArgs a = golden.Args;
        Optimizer optimizer = golden["optimizer"].GetString() switch
        {
            "SGD" => new SGD(groups, a.Double("lr"), a.Double("momentum")),
            "Adam" => new Adam(groups, a.Double("lr")),
            "AdamW" => new AdamW(groups, a.Double("lr")),
            _ => new RMSprop(groups, a.Double("lr"), weightDecay: a.Double("weight_decay")),
        };
        LearningRateSchedule schedule = new(optimizer, new StepSchedule(1, 3, 0.5));
        Steps(golden, optimizer, DType.Float64, 1e-12, step =>
        {
            double[] rates = [.. golden["lrs"][step].EnumerateArray().Select(static rate => rate.GetDouble())];
            Assert.Equal(rates, optimizer.Groups.Select(group => group.LearningRate ?? optimizer.LearningRate), Near);
            schedule.Step();
        });
    }

    [Theory]
    [MemberData(nameof(Plateaus))]
    public void Plateaus_agree_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("optimizers", op, name);
        GoldenArgs a = golden.Args;
        SGD optimizer = new([new ParameterGroup([Tensor.Zeros([1])]), new ParameterGroup([Tensor.Zeros([1])], 0.01)], 0.1);
        PlateauSchedule schedule = new(
            optimizer,
            a.Double("factor", 0.1),
            a.Int("patience", 10),
            a.Double("threshold", 1e-4),
            a.Text("threshold_mode", "rel") == "abs",
            a.Int("cooldown", 0),
            a.Double("min_lr", 0),
            a.Double("eps", 1e-8),
            a.Text("mode", "min") == "max");
        double[] before = [0.1, 0.01];
        foreach ((var metric, var rates) in golden["metrics"].EnumerateArray().Zip(golden["lrs"].EnumerateArray()))
        {
            double[] expected = [.. rates.EnumerateArray().Select(static rate => rate.GetDouble())];
            Assert.Equal(!expected.SequenceEqual(before), schedule.Step(metric.GetDouble()));
            Assert.Equal(expected, [optimizer.LearningRate, optimizer.Groups[1].LearningRate!.Value], Near);
            before = expected;
        }
    }

    static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-12 * Math.Abs(a);

    static Schedule Sequence(GoldenArgs args)
    {
        Schedule[] parts =
        [
            .. args["parts"].EnumerateArray().Select(static part => new GoldenArgs(part)).Select(
                static part => Schedules[part.Text("kind")](part)),
        ];
        return args.Ints("milestones").Zip(parts.Skip(1)).Aggregate(
            parts[0], static (before, next) => before.Then(next.Second, next.First));
    }

    static void Run(GoldenCase golden, DType dtype, double tolerance)
    {
        Tensor[] parameters = [.. golden.Tensors("params")!.Select(p => p.To(dtype))];
        Steps(golden, Makers[golden.Op](golden.Args, parameters), dtype, tolerance, static _ => { });
    }

    static void Steps(GoldenCase golden, Optimizer optimizer, DType dtype, double tolerance, Action<int> afterStep)
    {
        IReadOnlyList<Tensor> parameters = optimizer.Parameters;
        int step = 0;
        foreach ((var gradients, var expected) in golden["grads"].EnumerateArray().Zip(golden["steps"].EnumerateArray()))
        {
            foreach ((Tensor parameter, Tensor gradient) in parameters.Zip(GoldenCase.ReadList(gradients)))
            {
                parameter.Grad = gradient.To(dtype);
            }

            optimizer.Step();
            afterStep(step++);
            foreach ((Tensor parameter, Tensor value) in parameters.Zip(GoldenCase.ReadList(expected)))
            {
                GoldenAssert.Close(value, parameter, "parameter", tolerance);
            }
        }
    }

    static double Beta(GoldenArgs a, int i) => a.Has("betas") ? a["betas"][i].GetDouble() : i == 0 ? 0.9 : 0.999;
}
