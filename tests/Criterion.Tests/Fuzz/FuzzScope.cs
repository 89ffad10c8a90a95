using System.Reflection;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Nn;
using Criterion.Optim;
using Module = Criterion.Nn.Module;

namespace Criterion.Tests.Fuzz;

/// <summary>What of the public API the fuzzer calls: all that computes with tensors, but for exclusions that give their reason.</summary>
static class FuzzScope
{
    static readonly Type[] Spans = [typeof(ReadOnlySpan<>), typeof(Span<>), typeof(Memory<>)];

    static readonly Type[] Elements = [typeof(float), typeof(double), typeof(long), typeof(byte), typeof(bool)];

    static readonly Type[] Computing = [typeof(Tensor), typeof(Optimizer), typeof(LearningRateSchedule), typeof(Module)];

    /// <summary>Equality, conversion and what the compiler adds to records.</summary>
    static readonly string[] OfRecords =
        ["op_Equality", "op_Inequality", "op_Implicit", "Equals", "GetHashCode", "<Clone>$", "Deconstruct", "PrintMembers", "Dispose"];

    /// <summary>Namespaces and types that are not called.</summary>
    static readonly Dictionary<string, string> ExcludedTypes = new()
    {
        ["Criterion.Formats"] = "files have a mutator of their own, HostileFileTests",
        ["Criterion.Formulas"] = "formulas: every loss and most operations evaluate them",
        ["Criterion.Numbers"] = "the numbers that formulas are evaluated on",
        ["Criterion.TensorFormula"] = "generic over formulas: every loss and most operations are these calls",
        ["Criterion.TensorJsonConverter"] = "text, in TensorJsonTests",
        ["Criterion.TensorScope"] = "a stretch of code: calls run inside and outside of one",
        ["Criterion.BatchCoupling"] = "a stretch of code, in BatchCouplingTests",
        ["Criterion.GradCheck"] = "runs a caller's function; gradients are compared here directly",
        ["Criterion.Nn.ModuleFiles"] = "files, in ModuleFilesTests",
        ["Criterion.Nn.Onnx"] = "files, in OnnxTests",
        ["Criterion.Nn.OnnxGraph"] = "made by Onnx.Write alone, in OnnxTests",
        ["Criterion.LossAlgebra"] = "operators that make a WeightedSum, which is called",
    };

    static readonly Dictionary<string, string> ExcludedMethods = new()
    {
        ["ProjectionHead.Score"] = "picks the scores of labels, in ConditionTests",
        ["ConditionalBatchNorm2d.Forward"] = "needs a condition for each image, and alone throws by design; ConditionTests covers it",
        ["ModulatedConv2d.Forward"] = "needs a style for each image, in GanLayerTests",
        ["ModulatedConv2d.ToOnnx"] = "a part of Onnx.Write, in OnnxLayerTests",
        ["Tensor.ToString"] = "text, in CreationTests",
        ["Autograd.Record"] = "takes the caller's rules: every operation is one",
        ["Autograd.NoGrad"] = "a stretch of code",
        ["Autograd.EnableGrad"] = "a stretch of code",
        ["Layer.BeforeForward"] = "takes the caller's function, in HookTests",
        ["Layer.OnForward"] = "takes the caller's function, in HookTests",
        ["Layer.ReplaceInput"] = "takes the caller's function, in HookTests",
        ["Layer.ReplaceOutput"] = "takes the caller's function, in HookTests",
        ["GradientCache.Backward"] = "takes the caller's function of lists, in GradientCacheTests",
    };

    /// <summary>Types with methods that are called, generic definitions and interfaces not among them.</summary>
    public static IReadOnlyList<Type> Types { get; } =
        [.. typeof(Tensor).Assembly.GetExportedTypes().Where(static type => IsCalled(type) && MethodsOf(type).Any())];

    public static IEnumerable<MethodInfo> MethodsOf(Type type) =>
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy)
        where method.DeclaringType!.Assembly == typeof(Tensor).Assembly && Computes(method) && BelongsTo(method, type)
        where !ExcludedMethods.ContainsKey($"{method.DeclaringType!.Name}.{method.Name}")
        from closed in Closed(method)
        select closed;

    /// <summary>Whether reflection cannot pass it: arrays are converted to it.</summary>
    public static bool IsSpan(Type type) => type.IsGenericType && Spans.Contains(type.GetGenericTypeDefinition());

    /// <summary>Concrete types that can stand for a type.</summary>
    public static Type[] Concrete(Type type) =>
        [.. typeof(Tensor).Assembly.GetExportedTypes().Where(
            t => t is { IsAbstract: false, ContainsGenericParameters: false } && type.IsAssignableFrom(t))];

    static bool IsCalled(Type type) =>
        type is { ContainsGenericParameters: false, IsEnum: false, IsInterface: false }
        && (!type.IsAbstract || (type.IsSealed && type.IsAbstract) || type == typeof(Module))
        && !typeof(Exception).IsAssignableFrom(type) && !typeof(Attribute).IsAssignableFrom(type)
        && !IsFormula(type)
        && !ExcludedTypes.ContainsKey(type.Namespace!) && !ExcludedTypes.ContainsKey($"{type.Namespace}.{type.Name}");

    /// <summary>Formulas are structs with methods generic over the number: a loss or an operation evaluates each.</summary>
    static bool IsFormula(Type type) =>
        type.GetInterfaces().Any(
            static i =>
                i.Namespace == typeof(IUnaryFormula).Namespace || i.Namespace == typeof(IReal<>).Namespace || i == typeof(IDivergence));

    /// <summary>Not accessors, equality or text; something of tensors, or of a module, optimizer or metric.</summary>
    static bool Computes(MethodInfo method) =>
        (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal) || method.Name is "get_Part" or "set_Part")
        && !OfRecords.Contains(method.Name)
        && (OfTensors(method.DeclaringType!) || OfTensors(method.ReturnType)
            || Array.Exists(method.GetParameters(), static p => OfTensors(p.ParameterType)));

    static bool OfTensors(Type type) =>
        type.Namespace == typeof(Psnr).Namespace || Array.Exists(Computing, t => t.IsAssignableFrom(type))
        || (type.HasElementType && OfTensors(type.GetElementType()!)) || type.GetGenericArguments().Any(OfTensors);

    /// <summary>What modules inherit unchanged is called once, on modules of any type.</summary>
    static bool BelongsTo(MethodInfo method, Type type) =>
        type == typeof(Module) ? !method.IsAbstract : method.DeclaringType != typeof(Module);

    /// <summary>Whether an element type is a number where the parameter must be one.</summary>
    static bool Fits(Type element, Type parameter) =>
        element != typeof(bool)
        || !parameter.GetGenericParameterConstraints().Any(static c => c.Name.StartsWith("INumber", StringComparison.Ordinal));

    static IEnumerable<MethodInfo> Closed(MethodInfo method)
    {
        if (!method.IsGenericMethodDefinition)
        {
            return [method];
        }

        Type parameter = method.GetGenericArguments()[0];
        return parameter.IsAssignableTo(typeof(Module))
            ? [method.MakeGenericMethod(typeof(Module))]
            : Elements.Where(element => Fits(element, parameter)).Select(element => method.MakeGenericMethod(element));
    }
}
