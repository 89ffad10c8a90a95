using System.Globalization;
using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Tests.Gradients;

namespace Criterion.Tests.Fuzz;

/// <summary>
/// Random calls of everything public that computes: no foreign memory, no errors but typed ones, the same numbers on 1, 2 and 5 threads,
/// of views and of contiguous copies, in single and in double precision.
/// </summary>
[Collection(nameof(FuzzCollection))]
public class FuzzTests(ITestOutputHelper output)
{
    const int Calls = 2000;
    const int ManyCalls = 100_000;

    /// <summary>How often a target may refuse drawn arguments before one is accepted.</summary>
    const int Attempts = 200;

    /// <summary>Targets whose arguments must agree in more ways than chance finds; PyTorch's cases call them.</summary>
    static readonly string[] Demanding = ["Tensor.OneHot", "Vif."];

    [Fact]
    [Trait("Case", "conv-transpose-memory")]
    public void Two_thousand_calls_hold() => Run(0, Calls);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void A_hundred_thousand_calls_hold() => Run(Calls, ManyCalls);

    /// <summary>Repeats the call whose number is in the variable CRITERION_FUZZ, or as many from one on as <c>1234+100</c> says.</summary>
    [Fact(Explicit = true)]
    public void Repeat()
    {
        string asked = Environment.GetEnvironmentVariable("CRITERION_FUZZ") ?? "0";
        int[] numbers = [.. asked.Split('+').Select(static text => int.Parse(text, CultureInfo.InvariantCulture))];
        Run(numbers[0], numbers.Length > 1 ? numbers[1] : 1);
    }

    [Fact]
    public void Every_target_accepts_some_call() => None(
        from target in Enumerable.Range(0, FuzzTarget.All.Count)
        where !Array.Exists(Demanding, FuzzTarget.All[target].Name.StartsWith)
        let errors = ErrorsOf(target).TakeWhile(static error => error is not null).ToArray()
        where errors.Length == Attempts
        select $"{FuzzTarget.All[target].Name}: {string.Join(" | ", errors.Select(static error => error!.Message).Distinct().Take(5))}");

    /// <summary>Null for each object in turn that a call takes and that has no default.</summary>
    [Fact]
    public void Null_is_an_argument_error() => None(
        from target in Enumerable.Range(0, FuzzTarget.All.Count)
        from parameter in FuzzTarget.All[target].Parameters
        where !parameter.ParameterType.IsValueType && !parameter.ParameterType.IsByRef && !parameter.HasDefaultValue
        let error = FuzzCall.Run(Fuzzer.TargetOf(target), target, new(Compute.Threads), out _, nullAt: parameter.Position).Error
        where error is not null && !Fuzzer.IsTyped(error)
        select $"{FuzzTarget.All[target].Name}, {parameter.Name}: {Fuzzer.Describe(error)}");

    [Fact]
    public void Every_loss_layer_optimizer_and_operation_is_a_target()
    {
        HashSet<Type> reached = [.. FuzzTarget.All.Select(static target => target.Type)];
        Type[] exported = typeof(Tensor).Assembly.GetExportedTypes();
        Assert.Empty(exported.Where(static type => type.IsDefined(typeof(CatalogueAttribute), false)).Except(reached));
        Assert.Empty(
            new[] { typeof(Module), typeof(Optimizer), typeof(LearningRateSchedule) }.SelectMany(FuzzScope.Concrete).Except(reached)
                .Except([typeof(ConditionalBatchNorm2d), typeof(ModulatedConv2d)]));
        Assert.Empty(exported.Where(static type => type.Namespace == typeof(Psnr).Namespace && Measures(type)).Except(reached));
        IEnumerable<FuzzTarget> ofTensor = FuzzTarget.All.Where(static target => target.Type == typeof(Tensor));
        string[] operations = [.. ofTensor.Select(static target => target.Method.Name)];
        Assert.Empty(Gradients.Operations.All.Select(static operation => operation.Method).Except(operations).Except(["Map"]));
    }

    void Run(int first, int count)
    {
        List<string> faults = [];
        for (int number = first; number < first + count && faults.Count < 200; number++)
        {
            if (Fuzzer.Check(number) is { } fault)
            {
                faults.Add(fault);
            }
        }

        output.WriteLine($"{Fuzzer.Count.Results} results, {Fuzzer.Count.Refused} refused, {FuzzTarget.All.Count} targets");
        None(faults);
    }

    static void None(IEnumerable<string> faults)
    {
        string[] all = [.. faults];
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }

    static bool Measures(Type type) =>
        (type.IsSealed || !type.IsAbstract)
        && type.GetMethods().Any(static method => Array.Exists(method.GetParameters(), static p => p.ParameterType == typeof(Tensor)));

    static IEnumerable<Exception?> ErrorsOf(int target) =>
        from round in Enumerable.Range(0, Attempts)
        let number = target + (round * FuzzTarget.All.Count)
        select FuzzCall.Run(Fuzzer.TargetOf(number), number, new(Compute.Threads), out _).Error;
}
