using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using Criterion.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp;

/// <summary>
/// Losses whose formula runs as a graph of LibTorch's operations where the tensors are not on the CPU, so that nothing is copied: pointwise
/// ones that accept all values. The methods return null for every other loss and input.
/// </summary>
internal static class TorchGraph
{
    static readonly ConcurrentDictionary<(Type, string), bool> Plain = new();

    /// <summary>Whether the graph is used on the CPU too, on this thread: for tests.</summary>
    [ThreadStatic]
    static bool t_isForced;

    public static bool IsForced { set => t_isForced = value; }

    public static torch.Tensor? Forward(IPredictionLoss loss, torch.Tensor prediction, torch.Tensor target) =>
        loss is PointwiseLoss pointwise && IsUsed(prediction, target) && IsPlain(pointwise, "Check") && IsPlain(pointwise, "Evaluate")
            ? InScope(loss, () => Reduce(pointwise.Formula, pointwise.Reduction, Floating(prediction), target))
            : null;

    public static torch.Tensor? Discriminator(GanLoss loss, torch.Tensor real, torch.Tensor fake) =>
        loss is PointwiseGanLoss gan && IsUsed(real) && IsUsed(fake) && AreTogether(real, fake)
        && IsPlain(gan, nameof(Discriminator)) && IsPlain(gan, "Check")
            ? InScope(loss, () => Mean(gan.Real, real) + Mean(gan.Fake, fake))
            : null;

    public static torch.Tensor? Generator(GanLoss loss, torch.Tensor fake, torch.Tensor? real) =>
        loss is PointwiseGanLoss gan && IsUsed(fake) && IsPlain(gan, nameof(Generator)) && IsPlain(gan, "Check")
            ? InScope(loss, () => Mean(gan.Generated, fake))
            : null;

    static torch.Tensor Reduce(BinaryFormula formula, Losses.Reduction reduction, torch.Tensor x, torch.Tensor y)
    {
        torch.Tensor losses = formula.Evaluate(new TorchReal(x), new TorchReal(y.to(x.dtype))).ToTensor(x);
        return reduction switch
        {
            Losses.Reduction.Mean => losses.mean(),
            Losses.Reduction.Sum => losses.sum(),
            Losses.Reduction.BatchMean => losses.sum() / (x.dim() == 0 ? 1 : x.shape[0]),
            _ => losses,
        };
    }

    static torch.Tensor Mean(UnaryFormula formula, torch.Tensor x)
    {
        torch.Tensor numbers = Floating(x);
        return formula.Evaluate(new TorchReal(numbers)).ToTensor(numbers).mean();
    }

    /// <summary>Half precision is computed in Float32, as on the CPU.</summary>
    static torch.Tensor Floating(torch.Tensor x) => x.dtype == float64 ? x : x.to(float32);

    /// <exception cref="TensorException">LibTorch refuses an operation, as on a tensor that was made in inference mode.</exception>
    static torch.Tensor InScope(object loss, Func<torch.Tensor> evaluate)
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            return scope.MoveToOuter(evaluate());
        }
        catch (ExternalException error)
        {
            throw new TensorException($"{loss.GetType().Name}: {error.Message.Split('\n')[0]}", error);
        }
    }

    /// <summary>Inputs that cannot be read are left to <see cref="Invocation.Check"/>.</summary>
    static bool IsUsed(torch.Tensor? x) =>
        IsReadable(x) && (t_isForced || x.device_type != DeviceType.CPU) && x.is_floating_point() && x.numel() > 0;

    static bool IsUsed(torch.Tensor? x, torch.Tensor? y) =>
        IsUsed(x) && IsReadable(y) && AreTogether(x!, y) && x!.shape.AsSpan().SequenceEqual(y.shape)
        && !(y.dtype == float64 && x.dtype != float64);

    static bool IsReadable([NotNullWhen(true)] torch.Tensor? x) => x is not null && Invocation.IsReadable(x);

    static bool AreTogether(torch.Tensor x, torch.Tensor y) => x.device.ToString() == y.device.ToString();

    /// <summary>Returns whether a loss inherits a method from its abstract base, so that the graph computes all of it.</summary>
    static bool IsPlain(object loss, string method) => Plain.GetOrAdd((loss.GetType(), method), static key =>
        key.Item1.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Single(method => method.Name == key.Item2 && !Array.Exists(method.GetParameters(), IsList)).DeclaringType!.IsAbstract);

    static bool IsList(ParameterInfo parameter) => parameter.ParameterType.IsGenericType;
}
