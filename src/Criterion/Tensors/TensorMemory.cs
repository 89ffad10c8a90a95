namespace Criterion;

/// <summary>Which elements of which memory a tensor shows: equal for a tensor and one that was detached from it.</summary>
internal readonly record struct TensorMemory(Storage Storage, int Offset, Shape Shape)
{
    public static TensorMemory Of(Tensor tensor) => new(tensor.Storage, tensor.Offset, tensor.Shape);

    /// <summary>The first of each group of tensors that are one.</summary>
    public static IEnumerable<Tensor> Distinct(IEnumerable<Tensor> tensors) => tensors.DistinctBy(Of);
}
