using Criterion.Nn;

namespace Criterion.Tests.Gradients;

/// <summary>Layers that mix the samples of a batch are refused between Refuse and its disposal, and only there.</summary>
public class BatchCouplingTests
{
    [Fact]
    public void A_declaration_throws_only_while_coupling_is_refused()
    {
        BatchCoupling.Declare("free");
        using (BatchCoupling.Refuse("Because."))
        {
            BatchCouplingException error = Assert.Throws<BatchCouplingException>(() => BatchCoupling.Declare("mixer"));
            Assert.Equal("mixer", error.Layer);
            Assert.Contains("Because.", error.Message, StringComparison.Ordinal);
            using (BatchCoupling.Allow())
            {
                BatchCoupling.Declare("free");
            }

            Assert.Throws<BatchCouplingException>(() => BatchCoupling.Declare("mixer"));
        }

        BatchCoupling.Declare("free");
    }

    [Fact]
    public void Other_threads_are_unaffected()
    {
        using (BatchCoupling.Refuse("Because."))
        {
            Exception? thrown = null;
            Thread other = new(() => thrown = Xunit.Record.Exception(() => BatchCoupling.Declare("free")));
            other.Start();
            other.Join();
            Assert.Null(thrown);
        }
    }

    [Fact]
    public void Batch_norm_without_running_statistics_mixes_in_evaluation_too()
    {
        Module norm = new BatchNorm1d(3, trackRunningStats: false).Eval();
        Tensor x = Tensor.Randn([4, 3], random: new RandomStream(1));
        norm.Forward(x);
        using (BatchCoupling.Refuse("Because."))
        {
            Assert.Equal("BatchNorm1d", Assert.Throws<BatchCouplingException>(() => norm.Forward(x)).Layer);
            new BatchNorm1d(3).Eval().Forward(x);
            new LayerNorm([3]).Forward(x);
        }
    }
}
