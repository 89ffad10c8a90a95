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
        ["ExponentialLR"] = static a => new StepSchedule(1, every: 1, a.Double("gamma")),
        ["CosineAnnealingLR"] = static a =>
            new CosineSchedule(1, a.Double("eta_min", 0) / a.Double("lr"), a.Int("T_max")) { IsPeriodic = true },
        ["LinearLR"] = static a => new LinearSchedule(a.Double("start_factor"), a.Double("end_factor"), a.Int("total_iters")),
        ["LambdaLR"] = static a =>
        {
            (double total, double start) = (a.Double("total"), a.Double("start"));
            return new LambdaSchedule(step => 1 - (Math.Max(0, step - start) / (total - start)));
        },
        ["MultiStepLR"] = static a =>
        {
            int[] milestones = a.Ints("milestones");
            double gamma = a.Double("gamma");
            return new LambdaSchedule(step => Math.Pow(gamma, milestones.Count(m => m <= step)));
        },
    };

    public static IEnumerable<TheoryDataRow<string, string>> Runs() => GoldenFile.Rows("optimizers", [.. Makers.Keys]);

    public static IEnumerable<TheoryDataRow<string, string>> Clips() =>
        GoldenFile.Rows("optimizers", "clip_grad_norm_", "clip_grad_value_");

    public static IEnumerable<TheoryDataRow<string, string>> ScheduleCases() => GoldenFile.Rows("optimizers", [.. Schedules.Keys]);

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

    static void Run(GoldenCase golden, DType dtype, double tolerance)
    {
        Tensor[] parameters = [.. golden.Tensors("params")!.Select(p => p.To(dtype))];
        Optimizer optimizer = Makers[golden.Op](golden.Args, parameters);
        foreach ((var gradients, var expected) in golden["grads"].EnumerateArray().Zip(golden["steps"].EnumerateArray()))
        {
            foreach ((Tensor parameter, Tensor gradient) in parameters.Zip(GoldenCase.ReadList(gradients)))
            {
                parameter.Grad = gradient.To(dtype);
            }

            optimizer.Step();
            foreach ((Tensor parameter, Tensor value) in parameters.Zip(GoldenCase.ReadList(expected)))
            {
                GoldenAssert.Close(value, parameter, "parameter", tolerance);
            }
        }
    }

    static double Beta(GoldenArgs a, int i) => a.Has("betas") ? a["betas"][i].GetDouble() : i == 0 ? 0.9 : 0.999;
}
